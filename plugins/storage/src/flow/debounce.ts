import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keyPin, sharedByPin } from './pins.ts'
import { toRunKey } from './run-key.ts'
import { update } from './update.ts'

/** The run that may pass last, and the time until which others are dropped, in milliseconds. */
const holderSchema = z.object({ run: z.string(), until: z.number() }).nullable().catch(null)

export const debounce = defineBlock({
  id: '1d5c8a36-7f2e-4b1f-9b6a-0a2f4c8e6d53',
  name: 'debounce',
  description: 'Of several values within a time, let only the last or the first pass.',
  category: 'STORAGE',
  icon: 'timer-reset',
  synonyms: [
    'throttle',
    'wait for quiet',
    'collapse',
    'latest only',
    'quiet period',
    'burst',
    'trigger node',
    'deduplicate events',
  ],
  capabilities: { storage: ['graph', 'user'], sleep: true },
  onCrash: 'retry', // a repeated run keeps its place
  input: z.object({
    value: z.unknown().default(null).meta({ title: 'Value', description: 'The value to pass on.' }),
    key: keyPin('Values with the same key belong together.').default('default'),
    seconds: z
      .number()
      .min(0)
      .max(2_592_000)
      .meta({ title: 'Seconds', description: 'The time without another value, or after the first value.' }),
    keep: z.enum(['last', 'first']).default('last').meta({
      title: 'Keep',
      description: 'last: a value passes once no other value has arrived for this time. first: others are dropped for this time.',
    }),
    shared_by: sharedByPin,
  }),
  output: z.object({
    value: z.unknown().meta({ title: 'Value', description: 'The value that passes.' }),
    dropped: z.unknown().meta({ title: 'Dropped', description: 'The value, if another one passes instead.' }),
  }),
  tests: [
    { name: 'a single value passes', input: { value: 'a', seconds: 5 }, output: [['value', 'a']] },
    { name: 'the first value passes at once', input: { value: 'a', seconds: 5, keep: 'first' }, output: [['value', 'a']] },
    {
      name: 'a value soon after the first is dropped',
      now: '2026-11-30T12:00:00Z',
      input: { value: 'b', key: 'k', seconds: 5, keep: 'first' },
      storage: { graph: { 'debounce/k': { run: 'other', until: Date.UTC(2026, 10, 30, 12, 0, 1) } } },
      output: [['dropped', 'b']],
    },
    {
      name: 'a value after the time passes',
      now: '2026-11-30T12:00:00Z',
      input: { value: 'b', key: 'k', seconds: 5, keep: 'first', shared_by: 'user' },
      storage: { user: { 'debounce/k': { run: 'other', until: Date.UTC(2026, 10, 30, 12) } } },
      output: [['value', 'b']],
    },
    { name: 'a negative time', input: { seconds: -1 }, output: [['error', (message: string) => message.includes('seconds')]] },
  ],
  async *run({ value, key, seconds, keep, shared_by: scope }, { storage, idempotencyKey, sleep }) {
    const run = await toRunKey(await idempotencyKey())
    const place = { storage, scope, key: `debounce/${key}` }
    if (keep === 'first') {
      const passes = await update(place, (current) => {
        const holder = holderSchema.parse(current)
        const now = Date.now()
        if (holder && holder.until > now) return { result: holder.run === run }
        return { value: { run, until: now + seconds * 1000 }, result: true }
      })
      return yield [passes ? 'value' : 'dropped', value]
    }
    // the mark distinguishes a run that continues after its sleep from a new one
    const mark = `debounce-run/${run}`
    if ((await storage.get(scope, mark)) === null) {
      await storage.set(scope, place.key, { run, until: Date.now() + seconds * 1000 })
      await storage.set(scope, mark, 1)
    }
    await sleep(seconds * 1000)
    const holder = holderSchema.parse(await storage.get(scope, place.key))
    await storage.delete(scope, mark)
    yield [holder?.run === run ? 'value' : 'dropped', value]
  },
})
