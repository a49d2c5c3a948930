import { defineBlock, parseJson } from '@ashlar/sdk'
import { z } from 'zod'

export const find = defineBlock({
  id: '0e50422c-6dee-4145-83d6-3a5a392f65de',
  name: 'find',
  description: 'Look up a key in a dictionary, a position in a list, or one key in every dictionary of a list.',
  category: 'DICTIONARY',
  common: true,
  synonyms: ['get key', 'get property', 'get value', 'lookup', 'read field', 'pluck', 'json path', 'object value', 'access'],
  input: z.object({
    input: z.unknown().describe('A dictionary or list, or the JSON text of one.'),
    key: z
      .union([z.string(), z.int(), z.bigint()])
      .describe('Key to look up. For a list: a position from 0, or a key of its dictionaries.'),
  }),
  output: z.object({
    output: z.unknown().describe('The value that was found.'),
    missing: z.unknown().describe('The whole input, if nothing was found.'),
  }),
  tests: [
    { input: { input: { a: 1 }, key: 'a' }, output: [['output', 1]] },
    { input: { input: '{"a": [2]}', key: 'a' }, output: [['output', [2]]] },
    {
      name: 'preserves every digit of an integer',
      input: { input: '{"id": 7615917337495251231}', key: 'id' },
      output: [['output', 7615917337495251231n]],
    },
    {
      input: { input: { '7615917337495251231': 1 }, key: 7615917337495251231n },
      output: [['output', 1]],
    },
    { input: { input: ['x', 'y'], key: 1 }, output: [['output', 'y']] },
    {
      name: 'returns the values of all dictionaries that have the key',
      input: { input: [{ a: 1 }, { b: 2 }, { a: null }], key: 'a' },
      output: [['output', [1, null]]],
    },
    { input: { input: { a: 1 }, key: 'constructor' }, output: [['missing', { a: 1 }]] },
    { input: { input: ['x'], key: 1 }, output: [['missing', ['x']]] },
    {
      input: { input: '{"a"', key: 'a' },
      output: [['error', 'input must be a dictionary, a list or JSON text, got "{\\"a\\""']],
    },
  ],
  *run({ input, key }) {
    const found = lookUp(typeof input === 'string' ? parse(input) : input, key)
    yield found ? ['output', found.value] : ['missing', input]
  },
})

function lookUp(collection: unknown, key: string | number | bigint): { value: unknown } | undefined {
  if (typeof collection !== 'object' || collection === null) return undefined
  if (!Array.isArray(collection)) return readMember(collection, String(key))
  if (typeof key === 'bigint') return undefined // no list is that long
  if (typeof key === 'number') return key >= 0 && key < collection.length ? { value: collection[key] } : undefined
  const members = collection.flatMap((item: unknown) => readMember(item, key) ?? [])
  return members.length > 0 || collection.length === 0 ? { value: members.map((member) => member.value) } : undefined
}

function readMember(dictionary: unknown, key: string): { value: unknown } | undefined {
  if (typeof dictionary !== 'object' || dictionary === null || Array.isArray(dictionary)) return undefined
  return Object.hasOwn(dictionary, key) ? { value: (dictionary as Record<string, unknown>)[key] } : undefined
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`input must be JSON: ${error.message}`, { cause: error })
    throw new Error(`input must be a dictionary, a list or JSON text, got ${JSON.stringify(text.slice(0, 100))}`, {
      cause: error,
    })
  }
}
