import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keyPin, sharedByPin } from './pins.ts'
import { toRunKey } from './run-key.ts'
import { update } from './update.ts'

const MAX_WAIT_MS = 30 * 86_400_000

/** The times of the last runs that may pass, in milliseconds, in ascending order: at most `limit`. */
const timesSchema = z.array(z.number()).catch([])

export const rateLimit = defineBlock({
  id: 'b0c7e2b4-0b0d-4a53-8a1e-5f0d3a9c7e21',
  name: 'rate-limit',
  description: 'Let at most a number of values pass in a period. The others wait or are refused.',
  category: 'STORAGE',
  icon: 'gauge',
  synonyms: [
    'throttle',
    'limit',
    'quota',
    'slow down',
    'requests per minute',
    'leaky bucket',
    'token bucket',
    'rate limiter',
    'delay',
  ],
  capabilities: { storage: ['graph', 'user'], sleep: true },
  onCrash: 'retry', // a repeated run may count twice, but never passes too early
  input: z.object({
    value: z.unknown().default(null).meta({ title: 'Value', description: 'The value to pass on.' }),
    key: keyPin('Values with the same key share the limit.').default('default'),
    limit: z.int().min(1).max(1000).meta({ title: 'Limit', description: 'The number of values that may pass in a period.' }),
    period_seconds: z.number().min(0.001).max(2_592_000).default(60).meta({
      title: 'Period',
      description: 'The length of the period in seconds: any period of this length, not only whole minutes.',
    }),
    when_exceeded: z
      .enum(['wait', 'refuse'])
      .default('wait')
      .meta({ title: 'When exceeded', description: 'Whether a value that is too early waits for its turn or is refused.' }),
    shared_by: sharedByPin,
  }),
  output: z.object({
    value: z.unknown().meta({ title: 'Value', description: 'The value, when it may pass.' }),
    refused: z.unknown().meta({ title: 'Refused', description: 'The value, if it is refused.' }),
    retry_after_seconds: z
      .number()
      .meta({ title: 'Retry after', description: 'The seconds until a value may pass, if it is refused.' }),
  }),
  tests: [
    { name: 'lets the first value pass', input: { value: 'a', limit: 1 }, output: [['value', 'a']] },
    {
      name: 'refuses a value that is too early',
      now: '2026-11-30T12:00:00Z',
      input: { value: 'b', key: 'k', limit: 2, when_exceeded: 'refuse' },
      storage: { graph: { 'rate-limit/k': [Date.UTC(2026, 10, 30, 11, 59, 20), Date.UTC(2026, 10, 30, 11, 59, 50)] } },
      output: [
        ['refused', 'b'],
        ['retry_after_seconds', 20],
      ],
    },
    {
      name: 'lets a value wait for its turn',
      now: '2026-11-30T12:00:00Z',
      input: { value: 'b', key: 'k', limit: 1 },
      storage: { graph: { 'rate-limit/k': [Date.UTC(2026, 10, 30, 11, 59, 20)] } },
      output: [['value', 'b']],
    },
    {
      name: 'lets a value pass after the period',
      now: '2026-11-30T12:00:00Z',
      input: { value: 'b', key: 'k', limit: 1, when_exceeded: 'refuse', shared_by: 'user' },
      storage: { user: { 'rate-limit/k': [Date.UTC(2026, 10, 30, 11, 59)] } },
      output: [['value', 'b']],
    },
    { name: 'a limit of 0', input: { limit: 0 }, output: [['error', (message: string) => message.includes('limit')]] },
  ],
  async *run({ value, key, limit, period_seconds: seconds, when_exceeded: policy, shared_by: scope }, context) {
    const { storage } = context
    const turnKey = `rate-limit-turn/${await toRunKey(await context.idempotencyKey())}`
    const reserved =
      policy === 'wait'
        ? z
            .number()
            .nullable()
            .parse(await storage.get(scope, turnKey))
        : null
    const at =
      reserved ??
      (await update({ storage, scope, key: `rate-limit/${key}` }, (current) => {
        const now = Date.now()
        const times = timesSchema.parse(current)
        const turn = Math.max(
          now,
          (times.at(-limit) ?? -Infinity) + seconds * 1000,
          policy === 'wait' ? (times.at(-1) ?? now) : now,
        )
        return turn > now && policy === 'refuse' ? { result: turn } : { value: [...times, turn].slice(-limit), result: turn }
      }))
    const waitMs = at - Date.now()
    if (waitMs > MAX_WAIT_MS) throw new Error('too many values wait: the next one may pass in more than 30 days')
    if (policy === 'refuse' && waitMs > 0) {
      yield ['refused', value]
      return yield ['retry_after_seconds', waitMs / 1000]
    }
    if (reserved !== null || waitMs > 0) {
      if (reserved === null) await storage.set(scope, turnKey, at)
      await context.sleep(waitMs)
      await storage.delete(scope, turnKey)
    }
    yield ['value', value]
  },
})
