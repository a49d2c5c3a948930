import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'

export const flatten = defineBlock({
  id: '61762ee6-fe8a-469a-9209-019e47e7ebba',
  name: 'flatten',
  description: 'Turn nested dictionaries and lists into one dictionary with a path as each key.',
  category: 'DATA',
  categories: ['DICTIONARY'],
  icon: 'unfold-horizontal',
  synonyms: ['flatten json', 'flatten object', 'nested to flat', 'dot notation', 'json normalize', 'flat keys'],
  input: z.object({
    data: z
      .unknown()
      .meta({ title: 'Data', description: 'A dictionary, or a list of dictionaries, which are flattened one by one.' }),
    separator: z.string().min(1).default('.').meta({ title: 'Separator', description: 'Text between the names of a path.' }),
    lists: z.boolean().default(false).meta({
      title: 'Flatten lists',
      description: 'Flatten lists too, with positions from 0 as names. Otherwise they stay lists.',
    }),
    depth: z
      .int()
      .min(1)
      .max(100)
      .default(100)
      .meta({ title: 'Depth', description: 'Number of levels to flatten.', advanced: true }),
  }),
  output: z.object({ data: z.unknown() }),
  tests: [
    { input: { data: { a: { b: 1, c: { d: [2] } }, e: {} } }, output: [['data', { 'a.b': 1, 'a.c.d': [2], e: {} }]] },
    {
      input: { data: [{ a: { b: [1, { c: 2 }] } }, 5], lists: true, separator: '_' },
      output: [['data', [{ a_b_0: 1, a_b_1_c: 2 }, 5]]],
    },
    { input: { data: { a: { b: { c: 1 } } }, depth: 1 }, output: [['data', { 'a.b': { c: 1 } }]] },
    {
      input: { data: { 'a.b': 1, a: { b: 2 } } },
      output: [['error', 'two values would have the key "a.b"; choose another separator']],
    },
  ],
  *run({ data, ...options }) {
    yield ['data', Array.isArray(data) ? data.map((item: unknown) => flattenOne(item, options)) : flattenOne(data, options)]
  },
})

interface Options {
  separator: string
  lists: boolean
  depth: number
}

function flattenOne(data: unknown, options: Options): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const entries = entriesOf(data, '', options, options.depth)
  const keys = new Set<string>()
  for (const [key] of entries) {
    if (keys.has(key)) throw new Error(`two values would have the key ${JSON.stringify(key)}; choose another separator`)
    keys.add(key)
  }
  return orderedObject(entries)
}

function entriesOf(value: object, prefix: string, options: Options, depth: number): [key: string, value: unknown][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]): [string, unknown][] => {
    const key = prefix + name
    const isNested =
      typeof member === 'object' && member !== null && Object.keys(member).length > 0 && (options.lists || !Array.isArray(member))
    return isNested && depth > 0 ? entriesOf(member, key + options.separator, options, depth - 1) : [[key, member]]
  })
}
