import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Iterations } from './iterations.ts'

type Yield = string | readonly string[]

/** The outputs of a run, as its guest reports them. */
function report(yields: readonly Yield[]): [pin: string, k: number | undefined][] {
  const iterations = new Iterations()
  return yields.flatMap((each): [string, number | undefined][] => {
    if (typeof each === 'string') return [[each, iterations.addValue(each)]]
    const add = iterations.addIteration()
    return each.map((pin) => [pin, add(pin)])
  })
}

/** The rules of the contract, without the shortcuts of the implementation. */
function model(yields: readonly Yield[], pins: readonly string[]): [pin: string, index: number][] {
  const counts = new Map(pins.map((pin) => [pin, 0]))
  return yields.flatMap((each): [string, number][] => {
    if (typeof each === 'string') {
      const index = counts.get(each) ?? 0
      counts.set(each, index + 1)
      return [[each, index]]
    }
    const index = Math.max(...counts.values())
    for (const pin of pins) counts.set(pin, index + 1)
    return each.map((pin) => [pin, index])
  })
}

const PINS = ['a', 'b', 'c']
const anyYield: fc.Arbitrary<Yield> = fc.oneof(fc.constantFrom(...PINS), fc.subarray(PINS, { minLength: 1 }))

it('numbers values that are yielded on their own per pin, and values that are yielded together after all others', () => {
  expect(report(['a', 'a', 'b', ['a', 'b'], 'b', 'c'])).toEqual([
    ['a', undefined],
    ['a', undefined],
    ['b', undefined],
    ['a', undefined],
    ['b', 2],
    ['b', 3],
    ['c', 3],
  ])
})

it('gives the index of the model, and carries it only if it differs from the number of earlier values', () => {
  fc.assert(
    fc.property(fc.array(anyYield, { maxLength: 30 }), (yields) => {
      const values = new Map<string, number>()
      const expected = model(yields, PINS).map(([pin, index]) => {
        const earlier = values.get(pin) ?? 0
        values.set(pin, earlier + 1)
        return [pin, index === earlier ? undefined : index]
      })
      expect(report(yields)).toEqual(expected)
    }),
  )
})

it('accepts every report of a guest with the index that the guest meant', () => {
  fc.assert(
    fc.property(fc.array(anyYield, { maxLength: 30 }), (yields) => {
      const worker = new Iterations()
      const indexes = report(yields).map(([pin, k]) => [pin, worker.accept(pin, k)])
      expect(indexes).toEqual(model(yields, PINS))
      expect(worker.size).toBe(Math.max(0, ...model(yields, PINS).map(([, index]) => index + 1)))
    }),
  )
})

it.each([
  [
    'repeats an index',
    [
      ['a', undefined],
      ['a', 0],
    ],
  ],
  [
    'goes back',
    [
      ['a', undefined],
      ['b', undefined],
      ['b', 1],
      ['b', 0],
    ],
  ],
  ['skips an iteration', [['a', 1]]],
  [
    'is far ahead',
    [
      ['a', undefined],
      ['a', 2 ** 50],
    ],
  ],
] as const)('rejects an index that %s', (_, reported) => {
  const worker = new Iterations()
  expect(reported.map(([pin, k]) => worker.accept(pin, k)).at(-1)).toBeUndefined()
})
