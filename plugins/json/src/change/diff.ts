import { defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { listOperations } from './list-operations.ts'
import { operations } from './operations.ts'

export const diff = defineBlock({
  id: 'd18f04b8-3279-4ed4-89a7-a3558d6063bc',
  name: 'diff',
  description: 'Compare two values and list the operations that turn one into the other (JSON Patch, RFC 6902).',
  category: 'DATA',
  icon: 'git-compare',
  synonyms: ['json diff', 'compare json', 'compare objects', 'changes', 'json patch', 'difference', 'what changed', 'delta'],
  input: z.object({
    before: z.unknown().meta({ title: 'Before' }),
    after: z.unknown().meta({ title: 'After' }),
  }),
  output: z.object({
    operations: operations.describe(
      'Operations such as { op: "replace", path: "/a/0", value: 5 }. Empty if the values are equal. Items of long lists are compared by their position.',
    ),
    equal: z.boolean(),
  }),
  tests: [
    {
      input: { before: { a: 1, b: [1, 2], c: 'x' }, after: { a: 2, b: [1, 2, 3], d: null } },
      output: [
        [
          'operations',
          [
            { op: 'remove', path: '/c' },
            { op: 'add', path: '/d', value: null },
            { op: 'replace', path: '/a', value: 2 },
            { op: 'add', path: '/b/-', value: 3 },
          ],
        ],
        ['equal', false],
      ],
    },
    {
      input: { before: { a: 1, b: 7615917337495251231n }, after: { b: 7615917337495251231n, a: 1 } },
      output: [
        ['operations', []],
        ['equal', true],
      ],
    },
    {
      input: { before: 1, after: 'x' },
      output: [
        ['operations', [{ op: 'replace', path: '', value: 'x' }]],
        ['equal', false],
      ],
    },
    {
      name: 'long lists',
      input: {
        before: { list: numbers(3000) },
        after: { list: [...numbers(3000).slice(0, 1500), { a: 1 }, ...numbers(3000).slice(1501), 7] },
      },
      output: [
        [
          'operations',
          [
            { op: 'replace', path: '/list/1500', value: { a: 1 } },
            { op: 'add', path: '/list/3000', value: 7 },
          ],
        ],
        ['equal', false],
      ],
    },
    {
      name: 'an item in the middle of a long list',
      input: { before: numbers(3000), after: numbers(3000).filter((each) => each !== 5) },
      output: [
        ['operations', [{ op: 'remove', path: '/5' }]],
        ['equal', false],
      ],
    },
  ],
  *run({ before, after }) {
    const equal = isEqual(before, after)
    yield ['operations', equal ? [] : listOperations(before, after)]
    yield ['equal', equal]
  },
})

/** For the tests. */
function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}
