import { builder } from '../base/builder.ts'
import { defineMutation, type PayloadBuilder } from '../base/mutation.ts'
import { PACKAGE_NAME, pluginFields } from './plugin-payload.ts'

const DevPluginInspector = builder.objectRef<{ webSocketPath: string }>('DevPluginInspector').implement({
  description: 'The connection for a debugger to a development plugin.',
  fields: (t) => ({
    webSocketPath: t.exposeString('webSocketPath', {
      description:
        'Path of a WebSocket of this server that speaks the Chrome DevTools Protocol, for one debugger at a time. The path contains a secret that grants access. It remains the same until the plugin is removed.',
    }),
  }),
})

defineMutation('setDevPlugin', {
  scope: 'ADMIN',
  description:
    'Loads a development plugin. It takes precedence over any other plugin with the same package name. It is removed 15 seconds after it was last set or renewed. Only the owner of the installation may do this.',
  input: (t) => ({
    packageName: t.string(PACKAGE_NAME),
    version: t.string({ required: true, description: 'The version in its package.json, such as `1.2.0`.' }),
    bundle: t.string({
      required: true,
      description: 'The blocks as one script of at most 5 MiB, as built by `ashlar plugin dev`.',
    }),
    sdk: t.string({
      description: 'The version of `@ashlar/sdk` for which the plugin is written. By default, the version is not checked.',
    }),
    sourceMap: t.string({
      description: 'Source map of the bundle, version 3, as JSON. With it, errors of blocks contain positions in the source.',
    }),
    sourceRoot: t.string({
      description: 'URL of the package’s folder. A debugger resolves the paths of sources against it.',
    }),
    inspectable: t.boolean({
      description:
        'Whether a debugger may inspect the plugin, see `inspectDevPlugin`. The default is true if a source map is given.',
    }),
  }),
  payload: pluginFields,
  resolve: async (input, { api }) => {
    await api.plugins.setDraft(input)
    return { packageName: input.packageName }
  },
})

defineMutation('renewDevPlugin', {
  scope: 'ADMIN',
  description: 'Keeps a development plugin for another 15 seconds.',
  input: (t) => ({ packageName: t.string(PACKAGE_NAME) }),
  payload: pluginFields,
  resolve: async ({ packageName }, { api }) => {
    await api.plugins.renewDraft(packageName)
    return { packageName }
  },
})

defineMutation('removeDevPlugin', {
  scope: 'ADMIN',
  description: 'Removes a development plugin. A plugin of the same name that it replaced is available again.',
  input: (t) => ({ packageName: t.string(PACKAGE_NAME) }),
  payload: (t: PayloadBuilder<{ packageName: string }>) => ({
    removedPackageName: t.string({
      nullable: true,
      description: 'The name of the package that was removed.',
      resolve: ({ packageName }) => packageName,
    }),
  }),
  resolve: async ({ packageName }, { api }) => {
    await api.plugins.removeDraft(packageName)
    return { packageName }
  },
})

defineMutation('inspectDevPlugin', {
  scope: 'ADMIN',
  description:
    'Opens a connection for a debugger to an inspectable development plugin. The debugger sees only the code that you run, not that of other users.',
  input: (t) => ({ packageName: t.string(PACKAGE_NAME) }),
  payload: (t: PayloadBuilder<{ inspector: { webSocketPath: string } }>) => ({
    inspector: t.field({
      type: DevPluginInspector,
      nullable: true,
      description: 'The connection for a debugger.',
      resolve: ({ inspector }) => inspector,
    }),
  }),
  resolve: async ({ packageName }, { api }) => ({
    inspector: { webSocketPath: `/inspector/${await api.plugins.inspectDraft(packageName)}` },
  }),
})
