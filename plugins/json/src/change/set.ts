import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'
import { parsePath } from '../query/index.ts'

const MAX_INDEX = 100_000

export const set = defineBlock({
  id: 'bdcdffb6-7f94-4991-aeee-11abc8428637',
  name: 'set',
  description: 'Set or remove the value at a path in nested data.',
  category: 'DATA',
  categories: ['DICTIONARY'],
  icon: 'pencil',
  synonyms: [
    'set by path',
    'update json',
    'edit field',
    'deep set',
    'lodash set',
    'remove key',
    'delete field',
    'change property',
    'dot notation',
  ],
  input: z.object({
    data: z.unknown().default({}).meta({ title: 'Data' }),
    path: z
      .string()
      .min(1)
      .meta({
        title: 'Path',
        description:
          'Names and positions such as orders[0].city, or a JSON pointer such as /orders/0. Missing dictionaries and lists are created.',
        examples: ['address.city'],
      }),
    value: z.unknown().default(null).meta({ title: 'Value' }),
    remove: z.boolean().default(false).meta({ title: 'Remove', description: 'Remove the value at the path instead.' }),
  }),
  output: z.object({ data: z.unknown().describe('A copy of the data with the change.') }),
  tests: [
    { input: { data: { a: { '2': 1, b: 1 } }, path: 'a["2"]', value: 5 }, output: [['data', { a: { '2': 5, b: 1 } }]] },
    { input: { path: 'a.b[1].c', value: true }, output: [['data', { a: { b: [null, { c: true }] } }]] },
    { input: { data: [1, 2, 3], path: '[-1]', remove: true }, output: [['data', [1, 2]]] },
    { input: { data: { a: 1, b: 2 }, path: '/a', remove: true }, output: [['data', { b: 2 }]] },
    { input: { data: { a: 1 }, path: 'x.y', remove: true }, output: [['data', { a: 1 }]] },
    { input: { data: { a: 'x' }, path: 'a.b', value: 1 }, output: [['error', 'path: "a" is "x", which has no members']] },
    {
      input: { data: [], path: '[9999999]', value: 1 },
      output: [['error', 'path: the position 9999999 is not a position in a list of at most 100000 items']],
    },
    { input: { data: {}, path: '__proto__.x', value: 1 }, output: [['error', 'path must not contain "__proto__"']] },
  ],
  *run({ data, path, value, remove }) {
    const steps = parsePath(path)
    if (steps.includes('__proto__')) throw new Error('path must not contain "__proto__"')
    yield ['data', remove ? without(data, steps) : change(data, steps, value, [])]
  },
})

function change(data: unknown, [step, ...rest]: readonly string[], value: unknown, before: readonly string[]): unknown {
  if (step === undefined) return value
  const path = [...before, step]
  if (data === null || data === undefined) return change(/^\d+$/.test(step) ? [] : {}, [step, ...rest], value, before)
  if (typeof data !== 'object')
    throw new Error(`path: ${JSON.stringify(before.join('.'))} is ${JSON.stringify(data).slice(0, 100)}, which has no members`)
  if (!Array.isArray(data)) {
    const members = data as Record<string, unknown>
    const changed = change(Object.hasOwn(members, step) ? members[step] : undefined, rest, value, path)
    return orderedObject([...Object.entries(members), [step, changed]])
  }
  const place = Number(step) < 0 ? data.length + Number(step) : Number(step)
  if (!Number.isInteger(place) || place < 0 || place >= MAX_INDEX)
    throw new Error(`path: the position ${step} is not a position in a list of at most ${MAX_INDEX} items`)
  const items: unknown[] = Array.from({ length: Math.max(data.length, place + 1) }, (_, i) => (data as unknown[])[i] ?? null)
  items[place] = change(items[place], rest, value, path)
  return items
}

function without(data: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined || typeof data !== 'object' || data === null) return data
  if (Array.isArray(data)) {
    const items = data as unknown[]
    const place = Number(step) < 0 ? items.length + Number(step) : Number(step)
    return rest.length === 0
      ? items.filter((_, i) => i !== place)
      : items.map((item, i) => (i === place ? without(item, rest) : item))
  }
  const entries = Object.entries(data) as [string, unknown][]
  if (rest.length === 0) return orderedObject(entries.filter(([key]) => key !== step))
  return orderedObject(entries.map(([key, member]) => [key, key === step ? without(member, rest) : member]))
}
