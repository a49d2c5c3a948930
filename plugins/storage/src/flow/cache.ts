import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keyPin, sharedByPin } from './pins.ts'

const entrySchema = z.object({ value: z.unknown(), until: z.number() }).nullable().catch(null)

export const cache = defineBlock({
  id: '6b1f3c9d-2e48-4d7a-8c05-9e7b1a4f2d60',
  name: 'cache',
  description: 'Keep a value for some time, or get the value that is kept.',
  category: 'STORAGE',
  icon: 'archive',
  synonyms: ['remember', 'memoize', 'ttl', 'expire', 'store result', 'reuse result', 'redis', 'get or set'],
  capabilities: { storage: ['graph', 'user'] },
  onCrash: 'retry', // keeping the same value twice has the same result
  input: z.object({
    key: keyPin('The name of the value.'),
    value: z
      .unknown()
      .optional()
      .meta({ title: 'Value', description: 'The value to keep. Without it, the block gets the kept value.' }),
    ttl_seconds: z.number().min(1).max(31_536_000).default(3600).meta({
      title: 'Keep for',
      description: 'The seconds after which the value expires, when it is kept.',
    }),
    shared_by: sharedByPin,
  }),
  output: z.object({
    value: z.unknown().meta({ title: 'Value', description: 'The kept value.' }),
    missing: z.string().meta({ title: 'Missing', description: 'The key, if there is no value, or it has expired.' }),
  }),
  tests: [
    { name: 'keeps a value', input: { key: 'k', value: { a: 1 } }, output: [['value', { a: 1 }]] },
    {
      name: 'gets a kept value',
      now: '2026-11-30T12:00:00Z',
      input: { key: 'k' },
      storage: { graph: { 'cache/k': { value: [1], until: Date.UTC(2026, 10, 30, 12, 0, 1) } } },
      output: [['value', [1]]],
    },
    {
      name: 'an expired value is missing',
      now: '2026-11-30T12:00:00Z',
      input: { key: 'k', shared_by: 'user' },
      storage: { user: { 'cache/k': { value: [1], until: Date.UTC(2026, 10, 30, 12) } } },
      output: [['missing', 'k']],
    },
    { name: 'an unknown value is missing', input: { key: 'k' }, output: [['missing', 'k']] },
    {
      name: 'a value that is too large',
      input: { key: 'k', value: 'x'.repeat(70_000) },
      output: [['error', (message: string) => message.startsWith('storage: ')]],
    },
  ],
  async *run({ key: name, value, ttl_seconds: seconds, shared_by: scope }, { storage }) {
    const key = `cache/${name}`
    if (value !== undefined) {
      await storage.set(scope, key, { value, until: Date.now() + seconds * 1000 })
      return yield ['value', value]
    }
    const stored = await storage.get(scope, key)
    const entry = entrySchema.parse(stored)
    if (entry && entry.until > Date.now()) return yield ['value', entry.value]
    if (stored !== null) await storage.delete(scope, key)
    yield ['missing', name]
  },
})
