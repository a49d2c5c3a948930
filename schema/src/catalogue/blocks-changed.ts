import type { Runtime } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { PluginType } from '../refs/catalogue.ts'

const BlocksChange = builder.objectRef<{ at: Date }>('BlocksChange').implement({
  description: 'Plugins were loaded, reloaded or removed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'The time of the change.' }),
    plugins: t.field({
      type: [PluginType],
      description: 'All current plugins.',
      resolve: (_change, _args, { runtime }) => runtime.plugins.reports().map(({ packageName }) => packageName),
    }),
  }),
})

builder.subscriptionField('blocksChanged', (t) =>
  t.field({
    scope: 'ANY',
    type: BlocksChange,
    description: 'Sends an event each time the available blocks change.',
    subscribe: (_root, _args, { runtime }) => watchChanges(runtime),
    resolve: (change) => change,
  }),
)

/**
 * Merges changes that occur while the reader handles one. A reader that leaves while it waits is released immediately.
 */
function watchChanges({ plugins }: Pick<Runtime, 'plugins'>): AsyncGenerator<{ at: Date }, void> {
  const reader = { changed: Promise.withResolvers<Date>(), hasLeft: false }
  const all = yieldChanges(plugins, reader)
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
  reader: { changed: PromiseWithResolvers<Date>; hasLeft: boolean },
): AsyncGenerator<{ at: Date }, void> {
  const end = plugins.onChange(() => reader.changed.resolve(new Date()))
  try {
    for (;;) {
      const at = await reader.changed.promise
      if (reader.hasLeft) return
      reader.changed = Promise.withResolvers()
      yield { at }
    }
  } finally {
    end()
  }
}
