import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'

const MAX_DEPTH = 500

export const merge = defineBlock({
  id: '90857f8e-641e-4a12-ba06-cf6718c30709',
  name: 'merge',
  description: 'Merge one dictionary into another, member by member at every level (JSON Merge Patch, RFC 7396).',
  category: 'DATA',
  categories: ['DICTIONARY'],
  icon: 'merge',
  synonyms: [
    'merge objects',
    'deep merge',
    'merge patch',
    'combine dictionaries',
    'override settings',
    'extend',
    'assign',
    'defaults',
  ],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    changes: z
      .unknown()
      .meta({ title: 'Changes', description: 'The members to set.', examples: [{ address: { city: 'Rome' }, phone: null }] }),
    null_removes: z.boolean().default(true).meta({
      title: 'Null removes',
      description: 'A null in the changes removes the member, as in RFC 7396. Otherwise the member becomes null.',
    }),
    lists: z
      .enum(['replace', 'append'])
      .default('replace')
      .meta({ title: 'Lists', description: 'Replace a list by a list, as in RFC 7396, or append its items.' }),
  }),
  output: z.object({ data: z.unknown() }),
  tests: [
    {
      input: { data: { a: { b: 1, c: 2 }, d: [1], e: 0 }, changes: { a: { c: null, x: 5 }, d: [2] } },
      output: [['data', { a: { b: 1, x: 5 }, d: [2], e: 0 }]],
    },
    {
      input: { data: { a: [1], b: 2 }, changes: { a: [2], b: null }, null_removes: false, lists: 'append' },
      output: [['data', { a: [1, 2], b: null }]],
    },
    { input: { data: 'x', changes: { a: { b: null } } }, output: [['data', { a: {} }]] },
    { input: { data: { a: 1 }, changes: [1] }, output: [['data', [1]]] },
  ],
  *run({ data, changes, null_removes, lists }) {
    yield ['data', mergeInto(data, changes, { nullRemoves: null_removes, appends: lists === 'append' }, 0)]
  },
})

interface Rules {
  nullRemoves: boolean
  appends: boolean
}

function mergeInto(data: unknown, changes: unknown, rules: Rules, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Error(`changes are nested more than ${MAX_DEPTH} levels deep`)
  if (rules.appends && Array.isArray(data) && Array.isArray(changes)) return [...(data as unknown[]), ...(changes as unknown[])]
  if (!isDictionary(changes)) return changes
  const merged = new Map<string, unknown>(isDictionary(data) ? Object.entries(data) : [])
  for (const [key, value] of Object.entries(changes)) {
    if (value === null && rules.nullRemoves) merged.delete(key)
    else merged.set(key, mergeInto(merged.get(key), value, rules, depth + 1))
  }
  return orderedObject([...merged])
}

function isDictionary(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
