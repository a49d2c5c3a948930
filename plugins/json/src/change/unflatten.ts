import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'

const MAX_DEPTH = 100

export const unflatten = defineBlock({
  id: 'ebb40c88-f66e-48f8-8e0d-d80dca526fa9',
  name: 'unflatten',
  description: 'Turn a dictionary whose keys are paths into nested dictionaries.',
  category: 'DATA',
  categories: ['DICTIONARY'],
  icon: 'network',
  synonyms: ['unflatten json', 'expand keys', 'flat to nested', 'nest object', 'dot notation to object', 'inflate'],
  input: z.object({
    data: z
      .unknown()
      .meta({ title: 'Data', description: 'A dictionary, or a list of dictionaries, which are nested one by one.' }),
    separator: z.string().min(1).default('.').meta({ title: 'Separator', description: 'Text between the names of a path.' }),
    lists: z
      .boolean()
      .default(false)
      .meta({ title: 'Lists', description: 'Make a list of members whose names are the positions 0, 1, 2 …' }),
  }),
  output: z.object({ data: z.unknown() }),
  tests: [
    { input: { data: { 'a.b': 1, 'a.c.d': [2], e: {} } }, output: [['data', { a: { b: 1, c: { d: [2] } }, e: {} }]] },
    {
      input: { data: [{ a_b_0: 1, a_b_1_c: 2 }], separator: '_', lists: true },
      output: [['data', [{ a: { b: [1, { c: 2 }] } }]]],
    },
    {
      input: { data: { a: 1, 'a.b': 2 } },
      output: [['error', 'the key "a.b" needs a dictionary at "a", which has the value 1']],
    },
    {
      input: { data: { '__proto__.x': 1, 'constructor.y': 2 } },
      output: [['data', (data) => JSON.stringify(data) === '{"__proto__":{"x":1},"constructor":{"y":2}}']],
    },
    { input: { data: 'x' }, output: [['data', 'x']] },
  ],
  *run({ data, separator, lists }) {
    const nest = (item: unknown): unknown =>
      typeof item === 'object' && item !== null && !Array.isArray(item) ? toPlain(unflattenOne(item, separator), lists) : item
    yield ['data', Array.isArray(data) ? data.map(nest) : nest(data)]
  },
})

/** A dictionary that is being built. A map has no inherited members. */
class Nested extends Map<string, unknown> {}

function unflattenOne(data: object, separator: string): Nested {
  const root = new Nested()
  for (const [key, value] of Object.entries(data) as [string, unknown][]) {
    const names = key.split(separator)
    if (names.length > MAX_DEPTH)
      throw new Error(`the key ${JSON.stringify(key.slice(0, 100))} has more than ${MAX_DEPTH} levels`)
    let at = root
    for (const [i, name] of names.slice(0, -1).entries()) {
      const next = at.get(name) ?? new Nested()
      if (!(next instanceof Nested)) throw clash(key, names.slice(0, i + 1).join(separator), next)
      at.set(name, next)
      at = next
    }
    const last = names.at(-1) ?? ''
    if (at.has(last)) throw clash(key, key, 'another value')
    at.set(last, value)
  }
  return root
}

function clash(key: string, at: string, value: unknown): Error {
  return new Error(
    `the key ${JSON.stringify(key)} needs a dictionary at ${JSON.stringify(at)}, which has the value ${JSON.stringify(value).slice(0, 100)}`,
  )
}

function toPlain(value: unknown, lists: boolean): unknown {
  if (!(value instanceof Nested)) return value
  const entries = [...value].map(([key, member]): [string, unknown] => [key, toPlain(member, lists)])
  const isList = lists && entries.length > 0 && entries.every(([key], i) => key === String(i))
  return isList ? entries.map(([, member]) => member) : orderedObject(entries)
}
