import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keyPin, sharedByPin } from './pins.ts'
import { hash, toRunKey } from './run-key.ts'
import { update } from './update.ts'

/** Keys are spread over this number of stored values, so that many keys fit and few runs change the same value. */
const SHARDS = 128
/** Of one shard: about 44 KB. */
const MAX_ENTRIES = 800
const DAY_MS = 86_400_000

/** `<hash of the key>:<day>:<run>`, the oldest first. */
const entriesSchema = z.array(z.string()).catch([])

export const once = defineBlock({
  id: 'e2a7d5f8-9c14-4b3e-8d6f-3b5c7a1e9f04',
  name: 'once',
  description: 'Let each key pass only once, also across executions.',
  category: 'STORAGE',
  icon: 'fingerprint',
  synonyms: [
    'deduplicate',
    'unique',
    'remove duplicates',
    'seen before',
    'idempotent',
    'skip processed',
    'only new items',
    'distinct',
  ],
  capabilities: { storage: ['graph', 'user'] },
  onCrash: 'retry', // a repeated run recognizes its own entry
  input: z.object({
    key: z
      .union([z.string().min(1).max(10_000), z.int(), z.bigint()])
      .meta({ title: 'Key', description: 'What identifies the value, such as an id or an address.', examples: ['order-17'] }),
    value: z.unknown().default(null).meta({ title: 'Value', description: 'The value to pass on. By default the key.' }),
    group: keyPin('Keys of different groups are independent.').default('default'),
    forget_after_days: z.int().min(1).max(3650).default(365).meta({
      title: 'Forget after',
      description:
        'The days after which a key may pass again. If there are more than about 100 000 keys, the oldest are forgotten earlier.',
      advanced: true,
    }),
    shared_by: sharedByPin,
  }),
  output: z.object({
    new: z.unknown().meta({ title: 'New', description: 'The value, if the key has not passed before.' }),
    seen: z.unknown().meta({ title: 'Seen', description: 'The value, if the key has passed before.' }),
  }),
  tests: [
    { name: 'a new key passes', input: { key: 'order-17', value: { id: 17 } }, output: [['new', { id: 17 }]] },
    { name: 'the key is the value by default', input: { key: 7615917337495251231n }, output: [['new', 7615917337495251231n]] },
    {
      name: 'a key that has passed is seen',
      now: '2026-11-30T12:00:00Z',
      input: { key: 'a' },
      storage: { graph: { 'once/default/74': ['ca978112ca1bbdca:20780:0000000000000000'] } },
      output: [['seen', 'a']],
    },
    {
      name: 'an old key passes again',
      now: '2026-11-30T12:00:00Z',
      input: { key: 'a', forget_after_days: 7 },
      storage: { graph: { 'once/default/74': ['ca978112ca1bbdca:20780:0000000000000000'] } },
      output: [['new', 'a']],
    },
    { name: 'an empty key', input: { key: '' }, output: [['error', (message: string) => message.includes('key')]] },
  ],
  async *run({ key, value, group, forget_after_days: days, shared_by: scope }, { storage, idempotencyKey }) {
    const [digest, run] = await Promise.all([hash(String(key), 8), idempotencyKey().then(toRunKey)])
    const shard = Number.parseInt(digest.slice(0, 2), 16) % SHARDS
    const today = Math.floor(Date.now() / DAY_MS)
    const isNew = await update({ storage, scope, key: `once/${group}/${shard}` }, (current) => {
      const entries = entriesSchema.parse(current).filter((entry) => Number(entry.split(':')[1]) > today - days)
      const found = entries.find((entry) => entry.startsWith(`${digest}:`))
      if (found !== undefined) return { result: found.endsWith(`:${run}`) }
      return { value: [...entries, `${digest}:${today}:${run}`].slice(-MAX_ENTRIES), result: true }
    })
    yield [isNew ? 'new' : 'seen', value ?? key]
  },
})
