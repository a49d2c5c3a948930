import { builder } from '../base/builder.ts'
import { EXPECTED_OR_FORBIDDEN, expected } from '../errors/index.ts'
import { PluginType } from '../refs/catalogue.ts'

const SetDevPluginInput = builder.inputType('SetDevPluginInput', {
  fields: (t) => ({
    packageName: t.string({ required: true }),
    version: t.string({ required: true }),
    bundle: t.string({ required: true, description: 'Its blocks as one script, at most 5 MiB: `ashlar plugin dev` makes it.' }),
    sdk: t.string({ description: 'Version of `@ashlar/sdk` that it was made for; any, unless given.' }),
    sourceMap: t.string({
      description: 'Source map of the bundle, version 3, as JSON: with it errors of blocks name places in the source.',
    }),
    sourceRoot: t.string({
      description: 'Address of the package’s folder, which a debugger puts before the paths of the sources.',
    }),
    inspectable: t.boolean({
      description: 'Whether a debugger may look into it, see `inspectDevPlugin`; true with a source map, unless given.',
    }),
  }),
})

const DevPluginInput = builder.inputType('DevPluginInput', {
  fields: (t) => ({ packageName: t.string({ required: true }) }),
})

const RemovedDevPlugin = builder.objectRef<{ packageName: string }>('RemovedDevPlugin').implement({
  description: 'A plugin that is no longer developed here.',
  fields: (t) => ({ packageName: t.exposeString('packageName') }),
})

const DevPluginInspector = builder.objectRef<{ webSocketPath: string }>('DevPluginInspector').implement({
  description: 'Where a debugger gets at a plugin that is being written.',
  fields: (t) => ({
    webSocketPath: t.exposeString('webSocketPath', {
      description:
        'Path of a WebSocket of this server that speaks the Chrome DevTools Protocol, to one debugger at a time. Whoever knows it gets in. It stays the same until the plugin is gone.',
    }),
  }),
})

builder.mutationFields((t) => ({
  setDevPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description:
      'Loads a plugin that is being written, in the place of one with the same package name. It is forgotten 15 seconds after it was last set or renewed. For the owner of the installation.',
    args: { input: t.arg({ type: SetDevPluginInput, required: true }) },
    resolve: expected(async (_root, { input }, { runtime, user }) => {
      await runtime.devPlugins.set(user.id, input)
      return input.packageName
    }),
  }),
  renewDevPlugin: t.field({
    type: PluginType,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Keeps a plugin that is being written for 15 seconds more.',
    args: { input: t.arg({ type: DevPluginInput, required: true }) },
    resolve: expected(async (_root, { input: { packageName } }, { runtime, user }) => {
      await runtime.devPlugins.renew(user.id, packageName)
      return packageName
    }),
  }),
  removeDevPlugin: t.field({
    type: RemovedDevPlugin,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description: 'Takes a plugin that is being written away again.',
    args: { input: t.arg({ type: DevPluginInput, required: true }) },
    resolve: expected(async (_root, { input: { packageName } }, { runtime, user }) => {
      await runtime.devPlugins.remove(user.id, packageName)
      return { packageName }
    }),
  }),
  inspectDevPlugin: t.field({
    type: DevPluginInspector,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description:
      'Opens a debugger’s way into a plugin that is being written and is inspectable: into what you run of it, not into what others do.',
    args: { input: t.arg({ type: DevPluginInput, required: true }) },
    resolve: expected(async (_root, { input: { packageName } }, { runtime, user }) => ({
      webSocketPath: `/inspector/${await runtime.devPlugins.inspect(user.id, packageName)}`,
    })),
  }),
}))
