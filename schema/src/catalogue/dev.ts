import { builder } from '../base/builder.ts'
import { EXPECTED_OR_FORBIDDEN, withExpectedErrors } from '../errors/index.ts'
import { PluginType } from '../refs/catalogue.ts'

const SetDevPluginInput = builder.inputType('SetDevPluginInput', {
  fields: (t) => ({
    packageName: t.string({ required: true }),
    version: t.string({ required: true }),
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
})

const DevPluginInput = builder.inputType('DevPluginInput', {
  fields: (t) => ({ packageName: t.string({ required: true }) }),
})

const RemovedDevPlugin = builder.objectRef<{ packageName: string }>('RemovedDevPlugin').implement({
  description: 'A development plugin that was removed.',
  fields: (t) => ({ packageName: t.exposeString('packageName') }),
})

const DevPluginInspector = builder.objectRef<{ webSocketPath: string }>('DevPluginInspector').implement({
  description: 'The connection for a debugger to a development plugin.',
  fields: (t) => ({
    webSocketPath: t.exposeString('webSocketPath', {
      description:
        'Path of a WebSocket of this server that speaks the Chrome DevTools Protocol, for one debugger at a time. The path contains a secret that grants access. It remains the same until the plugin is removed.',
    }),
  }),
})

builder.mutationFields((t) => ({
  setDevPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description:
      'Loads a development plugin. It takes precedence over any other plugin with the same package name. It is removed 15 seconds after it was last set or renewed. Only the owner of the installation may do this.',
    args: { input: t.arg({ type: SetDevPluginInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input }, { runtime, user }) => {
      await runtime.devPlugins.set(user.id, input)
      return input.packageName
    }),
  }),
  renewDevPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Keeps a development plugin for another 15 seconds.',
    args: { input: t.arg({ type: DevPluginInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input: { packageName } }, { runtime, user }) => {
      await runtime.devPlugins.renew(user.id, packageName)
      return packageName
    }),
  }),
  removeDevPlugin: t.field({
    type: RemovedDevPlugin,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Removes a development plugin.',
    args: { input: t.arg({ type: DevPluginInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input: { packageName } }, { runtime, user }) => {
      await runtime.devPlugins.remove(user.id, packageName)
      return { packageName }
    }),
  }),
  inspectDevPlugin: t.field({
    type: DevPluginInspector,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description:
      'Opens a connection for a debugger to an inspectable development plugin. The debugger sees only the code that you run, not that of other users.',
    args: { input: t.arg({ type: DevPluginInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input: { packageName } }, { runtime, user }) => ({
      webSocketPath: `/inspector/${await runtime.devPlugins.inspect(user.id, packageName)}`,
    })),
  }),
}))
