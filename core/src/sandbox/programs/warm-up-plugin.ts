/** A plugin that uses the most common features, see `prelude.ts`. */
import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const text = z
  .string()
  .min(1)
  .max(100)
  .meta({ title: 'Text', description: 'A text.', examples: ['a'] })

const common = defineBlock({
  id: '00000000-0000-4000-8000-000000000001',
  name: 'common',
  description: 'Has pins of the common types.',
  category: 'TEXT',
  categories: ['LIST'],
  input: z.object({
    text: text.default('a'),
    number: z.number().min(0).max(10).describe('A number.').default(1),
    int: z.int().min(0).max(10).optional(),
    flag: z.boolean().default(false),
    kind: z.enum(['a', 'b']).default('a'),
    list: z.array(z.union([z.string(), z.number()])).optional(),
    record: z.record(z.string(), z.unknown()).optional(),
    nested: z.object({ literal: z.literal('a').optional(), nothing: z.string().nullable().optional() }).optional(),
    any: z.unknown().optional(),
  }),
  output: z.object({ text: z.string(), list: z.array(z.unknown()), any: z.any() }),
  tests: [{ input: { text: 'a' }, output: [['text', 'a']] }],
  *run({ text: given, list }) {
    yield ['text', given]
    yield ['list', list ?? []]
    yield ['any', { a: 1 }]
  },
})

const later = defineBlock({
  id: '00000000-0000-4000-8000-000000000002',
  name: 'later',
  description: 'Yields after a wait.',
  category: 'TEXT',
  input: z.object({ text }),
  output: z.object({ text: z.string() }),
  tests: [],
  async *run({ text: given }) {
    await Promise.resolve()
    yield ['text', given]
  },
})

export const plugin = definePlugin({ name: 'warm-up', blocks: [common, later] })
