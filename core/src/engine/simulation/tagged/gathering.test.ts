import fc from 'fast-check'
import { expect, it } from 'vitest'
import { GatheredList } from '../../pairing/index.ts'
import type { Plan } from '../../plan/index.ts'
import { mix } from '../cases.ts'
import { fakeBlocks, toPlan, type FakeBlock } from '../fake-blocks.ts'
import { afterCrash } from '../journal.ts'
import { simulate, type Simulation, type SimulationOptions } from '../worker.ts'
import { isValid, taggedCases, type TaggedCase } from './cases.ts'
import { toFakes } from './fakes.ts'

/** Runs a case twice, with collections in memory and in the journal. @returns the second simulation */
function expectSame(plan: Plan, fakes: Record<string, FakeBlock>, { seed }: TaggedCase, options: SimulationOptions): Simulation {
  const choose = (choices: number, inputCount: number): number => mix(seed, inputCount) % choices
  const expected = simulate(plan, fakes, { ...options, choose })
  const found = simulate(plan, fakes, { ...options, choose, maxGatheredChars: mix(seed, 1) % 8 })
  expect(found.events).toEqual(expected.events)
  expect(found.runs).toEqual(expected.runs)
  return found
}

function countLists({ scheduler }: Simulation): number {
  const values = scheduler.nodeExecutions().flatMap((run) => [...run.values.values()])
  return values.filter((value) => value instanceof GatheredList).length
}

it('gives every collect node the same list from the journal as from memory, also after a crash at any event', () => {
  let lists = 0
  fc.assert(
    fc.property(taggedCases().filter(isValid), (given) => {
      const fakes = toFakes(given.blocks)
      const plan = toPlan(fakeBlocks(fakes), given.document)
      const { events } = expectSame(plan, fakes, given, {})
      const step = Math.max(1, Math.floor(events.length / 12))
      for (let place = mix(given.seed, 2) % step; place < events.length; place += step)
        lists += countLists(expectSame(plan, fakes, given, { events: afterCrash(events.slice(0, place)) }))
    }),
    { numRuns: 120, seed: 20_261_130 },
  )
  expect(lists).toBeGreaterThan(300)
})
