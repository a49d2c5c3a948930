import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import type { ExecutionEvent } from '../../events.ts'
import { mix } from '../cases.ts'
import { assertDelivered } from '../model.ts'
import type { Simulation } from '../worker.ts'
import { readCases, readCaseSchema, type ConformanceCase, type Result } from './case.ts'
import { hasFields, nameOf, toResult } from './results.ts'
import { RULES } from './rules.ts'
import { compare, computeCase, faultsOf, isComputable, ORDERS, prepare, runAgain, runCase, runsOf } from './run-case.ts'

const cases = await readCases()
const valid = cases.flatMap(({ given }) => ('faults' in given.expected ? [] : [{ given, expected: given.expected }]))
const invalid = cases.flatMap(({ given }) => ('faults' in given.expected ? [{ given, faults: given.expected.faults }] : []))

/** Cases that the engine does not pass, with the reason. */
const KNOWN_FAILURES: Record<string, string> = {}

function assertResult(simulation: Simulation, expected: Result, order: string): void {
  expect(compare(toResult(simulation), expected), `in ${order}`).toBeUndefined()
}

describe('the conformance suite', () => {
  it('has the form that its schema describes', async () => {
    const validate = new Ajv({ strictTuples: false }).compile(await readCaseSchema())
    for (const { file, given } of cases) {
      expect(validate(given), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true)
      expect(file).toBe(`${given.name}.json`)
    }
  })

  it('has at least 80 cases, and one for each rule', () => {
    expect(cases.length).toBeGreaterThanOrEqual(80)
    expect(cases.filter(({ given }) => given.rule === 'pairing FIFO').length).toBeGreaterThanOrEqual(50)
    expect([...new Set(cases.map(({ given }) => given.rule))].toSorted()).toEqual(RULES.toSorted())
  })

  it('has the cases that docs/semantics.md cites', () => {
    const page = readFileSync(new URL('../../../../../docs/semantics.md', import.meta.url), 'utf8')
    const lines = [...page.matchAll(/_Cases?: ([^_]+)_/g)].map(([, names]) => names ?? '')
    const cited = lines.flatMap((line) => [...line.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name))
    expect(cited.length).toBeGreaterThan(20)
    expect(cited.filter((cite) => !cases.some(({ given }) => given.name === cite))).toEqual([])
  })

  it('has no case that the engine is known to fail', () => {
    expect(KNOWN_FAILURES).toEqual({})
  })
})

describe('an invalid graph', () => {
  it.each(invalid.map((each) => [each.given.title, each] as const))('%s', (_, { given, faults }) => {
    const found = faultsOf(given)
    expect(found.map(({ path }) => path)).toEqual(faults.map(({ path }) => path))
    for (const [i, { contains }] of faults.entries()) for (const text of contains) expect(found[i]?.message).toContain(text)
  })
})

describe('in every order of completion', () => {
  it.each(valid.map((each) => [each.given.title, each] as const))('%s', (_, { given, expected }) => {
    const prepared = prepare(given)
    expect(faultsOf(given)).toEqual([])
    for (const [order, choose] of ORDERS.entries()) assertResult(runCase(prepared, choose), expected, `order ${order}`)
  })
})

describe('after a crash at any event', () => {
  it.each(valid.map((each) => [each.given.title, each] as const))('%s', (_, { given, expected }) => {
    const prepared = prepare(given)
    for (const choose of ORDERS.slice(2, 3)) {
      const { events } = runCase(prepared, choose)
      const { starts: __, ...afterwards } = expected
      for (const place of events.keys()) {
        const survived: ExecutionEvent[] = events.slice(0, place)
        const again = runCase(prepared, (choices, count) => mix(place, count) % choices, survived)
        assertResult(again, afterwards, `a life after a crash at event ${place}`)
      }
    }
  })
})

describe('the reference model', () => {
  it.each(valid.filter(({ given }) => isComputable(given)).map((each) => [each.given.title, each] as const))(
    'agrees: %s',
    (_, { given, expected }) => {
      const { starts: __, ...rest } = expected
      expect(compare(computeCase(given), rest)).toBeUndefined()
    },
  )

  it.each(valid.filter(({ given }) => isDelivered(given)).map((each) => [each.given.title, each] as const))(
    'agrees with the pairing FIFO: %s',
    (_, { given }) => {
      const prepared = prepare(given)
      for (const choose of ORDERS) {
        const { events, scheduler } = runCase(prepared, choose)
        expect(() => assertDelivered(prepared.plan, events, scheduler)).not.toThrow()
      }
    },
  )

  it.each(valid.filter(({ given }) => isStopped(given)).map((each) => [each.given.title, each] as const))(
    'gives what ended before: %s',
    (_, { given, expected }) => {
      const computed = computeCase(given).nodeExecutions
      const ended = [...expected.nodeExecutions, ...(expected.possible ?? [])].filter(
        ({ error }) => error !== 'BROADCAST_CONFLICT',
      )
      const missing = ended.filter((each) => !computed.some((other) => hasFields(other, each)))
      expect(missing.map(nameOf)).toEqual([])
    },
  )
})

describe('a second execution', () => {
  it.each(valid.filter(({ given }) => given.again).map((each) => [each.given.title, each] as const))('%s', (_, { given }) => {
    const prepared = prepare(given)
    for (const [order, choose] of ORDERS.entries()) {
      const again = runAgain(prepared, runCase(prepared, choose), choose)
      if (given.again) assertResult(again, given.again.expected, `order ${order}`)
      expect(runsOf(again).toSorted(), `order ${order}`).toEqual(given.again?.runs.toSorted())
    }
  })
})

/** The model of deliveries computes it: it knows no tool calls that go to one run, and no masks. */
function isDelivered({ document, blocks, masks, cancel }: ConformanceCase): boolean {
  const hasSteps = Object.values(blocks).some(({ outputs = {} }) => Object.values(outputs).some(({ step }) => step))
  return 'pairing' in document && document.pairing === 'FIFO' && !hasSteps && !masks && !cancel
}

/** It fails because of a failure, so that all that ended is a part of what the reference computes. */
function isStopped({ document, expected }: ConformanceCase): boolean {
  const isFifo = 'pairing' in document && document.pairing === 'FIFO'
  return 'status' in expected && expected.status === 'FAILED' && !isFifo && expected.reason?.code !== 'BUDGET_EXCEEDED'
}
