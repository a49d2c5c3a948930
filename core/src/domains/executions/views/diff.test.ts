import fc from 'fast-check'
import { expect, it } from 'vitest'
import { diffNodeExecutions, diffValues, type ValueDifference } from './diff.ts'
import type { NodeExecutionView } from './node-execution-view.ts'

const value = fc.jsonValue({ maxDepth: 2 })
const values = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), value)
const views = fc
  .record({
    status: fc.constantFrom('COMPLETED' as const, 'FAILED' as const),
    inputs: values,
    outputs: fc.array(fc.record({ pin: fc.constantFrom('out', 'alt'), value }), { maxLength: 3 }),
  })
  .map((some): NodeExecutionView => ({
    executionId: 'x',
    nodeId: 'n',
    number: 1,
    tag: '',
    iteration: undefined,
    attempt: 1,
    step: undefined,
    outputCount: some.outputs.length,
    missingPins: [],
    deadPins: [],
    error: undefined,
    waitingUntil: undefined,
    progress: undefined,
    usage: [],
    startedAt: undefined,
    finishedAt: undefined,
    ...some,
  }))

it('finds no difference between equal node executions', () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(diffNodeExecutions(view, structuredClone(view))).toBeUndefined()
    }),
  )
})

it('is symmetric', () => {
  const sorted = (all: readonly ValueDifference[] = []): ValueDifference[] => all.toSorted((x, y) => (x.name < y.name ? -1 : 1))
  const swapped = (all: readonly ValueDifference[] = []): ValueDifference[] =>
    sorted(all.map((each) => ({ ...each, a: each.b, b: each.a })))
  fc.assert(
    fc.property(fc.option(views, { nil: undefined }), fc.option(views, { nil: undefined }), (a, b) => {
      const [there, back] = [diffNodeExecutions(a, b), diffNodeExecutions(b, a)]
      expect(sorted(back?.inputs)).toEqual(swapped(there?.inputs))
      expect(sorted(back?.outputs)).toEqual(swapped(there?.outputs))
      expect([back?.statusA, back?.statusB]).toEqual([there?.statusB, there?.statusA])
    }),
  )
})

it('names exactly the keys whose values differ', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const names = diffValues(a, b).map(({ name }) => name)
      for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
        const isSame = Object.hasOwn(a, name) && Object.hasOwn(b, name) && isJsonEqual(a[name], b[name])
        expect(names.includes(name)).toBe(!isSame)
      }
    }),
  )
})

it('compares large values but does not return them', () => {
  const large = 'x'.repeat(70_000)
  expect(diffValues({ v: large }, { v: large })).toEqual([])
  expect(diffValues({ v: large }, { v: 'small' })).toEqual([{ name: 'v', a: undefined, b: 'small', isTruncated: true }])
})

function isJsonEqual(a: unknown, b: unknown): boolean {
  const sortKeys = (_key: string, each: unknown): unknown =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : each
  return JSON.stringify(a, sortKeys) === JSON.stringify(b, sortKeys)
}
