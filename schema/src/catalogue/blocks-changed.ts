import type { Runtime } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { PluginType } from '../refs/catalogue.ts'

const BlocksChange = builder.objectRef<{ at: Date }>('BlocksChange').implement({
  description: 'Plugins were loaded, reloaded or removed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime' }),
    plugins: t.field({
      type: [PluginType],
      description: 'All there are now.',
      resolve: (_change, _args, { runtime }) => runtime.plugins.reports().map(({ packageName }) => packageName),
    }),
  }),
})

builder.subscriptionField('blocksChanged', (t) =>
  t.field({
    type: BlocksChange,
    description: 'Tells each time the blocks that there are have changed.',
    subscribe: (_root, _args, { runtime }) => changes(runtime),
    resolve: (change) => change,
  }),
)

/** Changes that come while one is being handled are told as one. A reader that leaves while it waits is let go at once. */
function changes({ plugins }: Runtime): AsyncGenerator<{ at: Date }, void> {
  const reader = { changed: Promise.withResolvers<Date>(), hasLeft: false }
  const all = tell(plugins, reader)
  const leave = all.return.bind(all)
  all.return = (value) => {
    reader.hasLeft = true
    reader.changed.resolve(new Date())
    return leave(value)
  }
  return all
}

async function* tell(
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
