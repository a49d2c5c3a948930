import type { Runtime } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { PluginType } from '../refs/catalogue.ts'

interface BlocksChangeEvent {
  at: Date
  /** The account whose plugins are included. */
  accountId: string | undefined
}

const BlocksChange = builder.objectRef<BlocksChangeEvent>('BlocksChange').implement({
  description: 'Plugins were loaded, reloaded or removed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'The time of the change.' }),
    plugins: t.field({
      type: [PluginType],
      description: 'All current plugins.',
      resolve: async ({ accountId }, _args, { api }) => (await api.plugins.findCatalogue(accountId))?.plugins.reports() ?? [],
    }),
  }),
})

builder.subscriptionField('blocksChanged', (t) =>
  t.field({
    scope: 'ANY',
    type: BlocksChange,
    description: 'Sends an event each time the available blocks change.',
    args: {
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    subscribe: (_root, { accountId }, { runtime, api }) =>
      watchChanges(runtime, api.plugins.accountToRead(parseAccountId(accountId))),
    resolve: (change) => change,
  }),
)

/**
 * Merges changes that occur while the reader handles one. A reader that leaves while it waits is released immediately.
 */
function watchChanges(
  { plugins }: Pick<Runtime, 'plugins'>,
  accountId: string | undefined,
): AsyncGenerator<BlocksChangeEvent, void> {
  const reader = { changed: Promise.withResolvers<Date>(), hasLeft: false }
  const all = yieldChanges(plugins, accountId, reader)
  const leave = all.return.bind(all)
  all.return = (value) => {
    reader.hasLeft = true
    reader.changed.resolve(new Date())
    return leave(value)
  }
  return all
}

async function* yieldChanges(
  plugins: Runtime['plugins'],
  accountId: string | undefined,
  reader: { changed: PromiseWithResolvers<Date>; hasLeft: boolean },
): AsyncGenerator<BlocksChangeEvent, void> {
  const end = plugins.onChange((changed) => {
    if (changed === undefined || changed === accountId) reader.changed.resolve(new Date())
  })
  try {
    for (;;) {
      const at = await reader.changed.promise
      if (reader.hasLeft) return
      reader.changed = Promise.withResolvers()
      yield { at, accountId }
    }
  } finally {
    end()
  }
}
