import { expect, it } from 'vitest'
import { AshlarError } from '../../base/index.ts'
import { parseInputs } from './inputs.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    count: { type: 'integer' },
    flag: { type: 'boolean' },
    text: { type: 'string' },
    rows: { type: 'array', items: { type: 'number' } },
  },
}

function findFaults(inputs: unknown): unknown {
  try {
    return parseInputs(inputs, SCHEMA, 1000)
  } catch (error) {
    return error instanceof AshlarError && error.code === 'INPUTS_INVALID' ? error.details.faults : error
  }
}

it('converts inputs that keep their meaning', () => {
  const inputs = { count: '12', flag: 'false', text: { a: 1 }, rows: '[1, "2.5"]' }
  expect(parseInputs(inputs, SCHEMA, 1000)).toEqual({ count: 12, flag: false, text: '{"a":1}', rows: [1, 2.5] })
})

it('rejects each input whose conversion would destroy its meaning', () => {
  expect(findFaults({ count: 'ten', flag: 'yes', rows: [1, 'two'] })).toEqual([
    { path: 'inputs.count', message: 'requires a whole number, got "ten"' },
    { path: 'inputs.flag', message: 'requires a boolean, got "yes"' },
    { path: 'inputs.rows', message: 'requires a list of numbers, got [1,"two"]' },
  ])
  expect(findFaults({ rows: '["two"]' })).toEqual([
    { path: 'inputs.rows', message: 'requires a list of numbers, got "[\\"two\\"]"' },
  ])
  expect(findFaults({ count: [1, 2] })).toEqual([{ path: 'inputs.count', message: 'requires a whole number, got [1,2]' }])
  expect(findFaults({ count: 2.5 })).toEqual([{ path: 'inputs.count', message: 'requires a whole number, got 2.5' }])
})

it('rejects unknown inputs and names those of the graph', () => {
  expect(findFaults({ cuont: 1 })).toEqual([
    { path: 'inputs.cuont', message: 'is not an input of this graph; it has count, flag, text, rows' },
  ])
})
