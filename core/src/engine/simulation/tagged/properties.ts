import type { ExecutionEvent } from '../../events.ts'
import { fold } from '../../fold.ts'
import type { Plan } from '../../plan/index.ts'
import { mix } from '../cases.ts'
import { fakeBlocks, toPlan, type FakeBlock } from '../fake-blocks.ts'
import { afterCrash, toState } from '../journal.ts'
import { assert } from '../model.ts'
import type { Outcome } from '../reference/index.ts'
import { simulate, type Simulation, type SimulationOptions } from '../worker.ts'
import type { TaggedCase } from './cases.ts'
import { assertOutcome, expectedOutcome } from './compare.ts'
import { toFakes } from './fakes.ts'

/** What was observed while a case was checked. */
export interface Checked {
  outcome: Outcome
  simulations: Simulation[]
  crashes: number
}

type Choose = NonNullable<SimulationOptions['choose']>

/**
 * In every order of completion, and after a crash at any event, the graph gives what the reference computes.
 *
 * @throws {Error} when a property is violated
 */
export function checkCase(given: TaggedCase): Checked {
  const fakes = toFakes(given.blocks)
  const plan = toPlan(fakeBlocks(fakes), given.document)
  const simulations = orders(given.seed).map((choose) => simulate(plan, fakes, { choose }))
  const outcomes = simulations.map((simulation) => assertRight(given, simulation))
  const [first, , third] = simulations
  const [outcome] = outcomes
  if (!first || !third || !outcome) throw new Error('there is no order')
  const crashes = assertSurvives(given, plan, fakes, third)
  return { outcome, simulations, crashes }
}

/** Always the oldest run, always the newest, and two random orders. */
function orders(seed: number): Choose[] {
  const random =
    (salt: number): Choose =>
    (choices, inputCount) =>
      mix(seed + salt, inputCount) % choices
  return [() => 0, (choices) => choices - 1, random(0), random(1)]
}

function assertRight(given: TaggedCase, simulation: Simulation): Outcome {
  const outcome = expectedOutcome(given.document, given.blocks, {}, simulation)
  assertOutcome(given.document, outcome, simulation)
  return outcome
}

/** @returns the number of crashes */
function assertSurvives(given: TaggedCase, plan: Plan, fakes: Record<string, FakeBlock>, whole: Simulation): number {
  const { events, scheduler } = whole
  assert(toState(fold(plan, afterCrash(events)).scheduler) === toState(scheduler), () => 'the fold of the journal differs')
  const isThorough = given.seed % 64 === 0 && events.length < 400
  const places = isThorough ? events.keys() : [0, 1].map((salt) => mix(given.seed, salt + 7) % events.length)
  let crashes = 0
  for (const place of places) {
    const survived: ExecutionEvent[] = afterCrash(events.slice(0, place))
    const choose: Choose = (choices, inputCount) => mix(given.seed + 2, inputCount) % choices
    try {
      assertRight(given, simulate(plan, fakes, { choose, events: survived }))
    } catch (error) {
      throw new Error(`after a crash at event ${place}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
    crashes++
  }
  return crashes
}
