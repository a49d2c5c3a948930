import { compareValues, defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { readPath, pathPin } from './path.ts'

const OPERATORS = ['==', '!=', '>', '>=', '<', '<=', 'is true', 'is empty', 'is not empty'] as const

export const whileLoop = defineBlock({
  id: '5a12e78a-cbc2-4f44-b53c-694956250e94',
  name: 'while',
  description: 'Repeat the following steps as long as a condition holds. Link the last step back to the state.',
  category: 'LOOP',
  icon: 'refresh-cw',
  categories: ['LOGIC'],
  synonyms: [
    'until',
    'do while',
    'loop until',
    'repeat until',
    'repeat while',
    'poll',
    'cycle',
    'loop',
    'state machine',
    'while loop',
  ],
  input: z.object({
    state: z.unknown().default(null).describe('The initial value, and from the last step of the cycle the next value.'),
    field: pathPin.describe('The part of the state to test, such as "page.next". Empty for the state itself.'),
    operator: z.enum(OPERATORS).default('is true').describe('Empty are null, false, "", [] and {}. "is true" accepts only true.'),
    value: z.unknown().default(null).describe('Right side of a comparison.'),
  }),
  output: z.object({
    next: z.unknown().describe('The state, if the condition holds. Link it to the first step of the cycle.'),
    result: z.unknown().describe('The state, once the condition does not hold. list/last takes it out of the cycle.'),
  }),
  tests: [
    { input: { state: 1, operator: '<', value: 3 }, output: [['next', 1]] },
    { input: { state: 3, operator: '<', value: 3 }, output: [['result', 3]] },
    {
      input: { state: { page: { next: 'abc' } }, field: 'page.next', operator: 'is not empty' },
      output: [['next', { page: { next: 'abc' } }]],
    },
    { input: { state: { page: {} }, field: 'page.next', operator: 'is not empty' }, output: [['result', { page: {} }]] },
    { input: { state: [], operator: 'is empty' }, output: [['next', []]] },
    { input: { state: 'true' }, output: [['result', 'true']] },
    { input: { state: { again: true }, field: 'again' }, output: [['next', { again: true }]] },
    {
      input: { state: { items: [{ n: 2 }] }, field: 'items.0.n', operator: '==', value: 2 },
      output: [['next', { items: [{ n: 2 }] }]],
    },
    { input: { state: '2026-01-31', operator: '>=', value: '2026-02-01' }, output: [['result', '2026-01-31']] },
    {
      input: { state: 'ten', operator: '<', value: 3 },
      output: [['error', 'cannot compare "ten" < 3: both must be numbers or both texts']],
    },
    {
      input: { state: {}, field: 'count', operator: '<', value: 3 },
      output: [['error', 'cannot compare null < 3: both must be numbers or both texts']],
    },
  ],
  *run({ state, field, operator, value }) {
    yield holds(readPath(state, field), operator, value) ? ['next', state] : ['result', state]
  },
})

function holds(left: unknown, operator: (typeof OPERATORS)[number], right: unknown): boolean {
  switch (operator) {
    case 'is true':
      return left === true
    case 'is empty':
      return isEmpty(left)
    case 'is not empty':
      return !isEmpty(left)
    case '==':
      return isEqual(left, right)
    case '!=':
      return !isEqual(left, right)
    case '>':
    case '>=':
    case '<':
    case '<=':
      return isOrdered(left, operator, right)
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function isOrdered(left: unknown, operator: '>' | '>=' | '<' | '<=', right: unknown): boolean {
  if (kindOf(left) !== kindOf(right) || kindOf(left) === undefined) {
    const [shownLeft, shownRight] = [left, right].map((side) => JSON.stringify(side).slice(0, 100))
    throw new Error(`cannot compare ${shownLeft} ${operator} ${shownRight}: both must be numbers or both texts`)
  }
  const order = compareValues(left, right)
  if (order === 0) return operator === '>=' || operator === '<='
  return order > 0 === operator.startsWith('>')
}

function kindOf(value: unknown): 'number' | 'text' | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  return typeof value === 'string' ? 'text' : undefined
}
