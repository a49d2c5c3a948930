import { builder } from '../base/builder.ts'
import { EXPECTED_OR_FORBIDDEN, withExpectedErrors } from '../errors/index.ts'
import { PluginType } from '../refs/catalogue.ts'

const PluginScan = builder.objectRef<{ complete: boolean }>('PluginScan').implement({
  description: 'The result of a scan of the plugin folders.',
  fields: (t) => ({
    complete: t.exposeBoolean('complete', {
      description: 'Whether every worker has scanned its folders. False when one did not finish within 10 seconds.',
    }),
    failedPlugins: t.field({
      type: [PluginType],
      description: 'The plugins that did not load, with the reason in `error`.',
      resolve: (_scan, _args, { runtime }) =>
        runtime.plugins
          .reports()
          .filter(({ status }) => status === 'FAILED')
          .map(({ packageName }) => packageName),
    }),
  }),
})

builder.mutationField('scanPlugins', (t) =>
  t.field({
    type: PluginScan,
    errors: { types: EXPECTED_OR_FORBIDDEN },
    description:
      'Scans the plugin folders of all workers and loads changed plugins. A running server also detects changes automatically after a short delay. Only the owner of the installation may do this.',
    resolve: withExpectedErrors(async (_root, _args: object, { runtime, user }) => ({
      complete: await runtime.pluginScans.request(user.id),
    })),
  }),
)
