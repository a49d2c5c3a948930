import { defineBlock } from '@ashlar/sdk'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { findManyFault, type Yielded } from './many-faults.ts'

const block = defineBlock({
  id: '7e7c87ab-3469-4bcc-9abe-67705091b713',
  name: 'split',
  description: '',
  category: 'TEST',
  input: z.object({ text: z.string().optional(), size: z.int().default(10) }),
  output: z.object({
    item: z.string().meta({ many: true }),
    index: z.int().meta({ many: true }),
    rest: z.string(),
    part: z.string().meta({ manyIf: ['size'] }),
    tools: z.unknown(),
  }),
  tests: [],
  *run() {},
})

const TWICE = 'yields 2 values on pin "rest", which is not many: declare the pin with .meta({ many: true }), or yield one list'

it.each<[what: string, yields: Yielded[], input: object, message: string | undefined]>([
  [
    'one value on each pin',
    [
      ['rest', 'a'],
      ['item', 'a'],
      ['index', 0],
    ],
    {},
    undefined,
  ],
  [
    'several values on a pin that is many',
    [
      ['item', 'a'],
      ['item', 'b'],
    ],
    {},
    undefined,
  ],
  [
    'equal numbers of values',
    [
      ['item', 'a'],
      ['index', 0],
      ['item', 'b'],
      ['index', 1],
    ],
    {},
    undefined,
  ],
  [
    'tool calls',
    [
      ['tools_^_a_~_b', 1],
      ['tools_^_a_~_b', 2],
    ],
    {},
    undefined,
  ],
  [
    'two values on a pin that is not many',
    [
      ['rest', 'a'],
      ['rest', 'b'],
    ],
    {},
    `PIN_NOT_MANY: the block ${TWICE}`,
  ],
  [
    'two values in iterations',
    [
      { item: 'a', rest: 'a' },
      { item: 'b', rest: 'b' },
    ],
    {},
    `PIN_NOT_MANY: the block ${TWICE}`,
  ],
  [
    'two values on a pin that this input makes many',
    [
      ['part', 'a'],
      ['part', 'b'],
    ],
    { size: 3 },
    undefined,
  ],
  [
    'two values on a pin whose input has its default',
    [
      ['part', 'a'],
      ['part', 'b'],
    ],
    { size: 10 },
    'PIN_NOT_MANY: the block yields 2',
  ],
  [
    'two values on a pin whose input is not set',
    [
      ['part', 'a'],
      ['part', 'b'],
    ],
    {},
    'PIN_NOT_MANY: the block yields 2',
  ],
  ['iterations without some pins', [{ item: 'a', index: 0 }, { item: 'b' }], {}, undefined],
  [
    'different numbers of values',
    [
      ['item', 'a'],
      ['item', 'b'],
      ['index', 0],
    ],
    {},
    'ITERATIONS_UNEQUAL: the block yields different numbers of values: 2 on "item", 1 on "index". Yield the values of one iteration together, as in yield { item, index }',
  ],
])('judges %s', (_, yields, input, message) => {
  expect(findManyFault(block, input, yields, false) ?? 'no fault').toContain(message ?? 'no fault')
})

it('accepts different numbers of values of a run that fails', () => {
  expect(
    findManyFault(
      block,
      {},
      [
        ['item', 'a'],
        ['item', 'b'],
        ['index', 0],
        ['error', 'no'],
      ],
      true,
    ),
  ).toBeUndefined()
})
