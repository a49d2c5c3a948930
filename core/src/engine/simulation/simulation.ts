import fc from 'fast-check'
import { errorMessage } from '../../base/index.ts'
import { fakeBlocks, toPlan } from './fake-blocks.ts'
import { scripted } from './blocks.ts'
import { cases, mix, type Case } from './cases.ts'
import { countEffects, countRun, type Counts } from './counts.ts'
import { assertEffects } from './effects.ts'
import { assertDelivered } from './model.ts'
import {
  assertFolds,
  assertPossible,
  assertReplays,
  assertRetries,
  assertSurvives,
  orderBySeed,
  type UncrashedRun,
} from './properties.ts'
import { SchedulerMonitor } from './watch.ts'
import { assertWriter } from './writer.ts'
import { Simulator } from './worker.ts'

interface ProofRequest {
  /** The number of random executions. */
  cases: number
  /** Determines the executions. */
  seed: number
}

interface Proof {
  /** The smallest failing case and the reason; undefined if all cases pass. */
  failure: string | undefined
  /** How often each case occurred. */
  counts: Counts
}

const blocks = fakeBlocks(scripted)

/** Proves the scheduler and the fold of the journal on random graphs without effects. */
export function provePure(request: ProofRequest): Proof {
  return prove(request, cases(true), checkPure)
}

/** Proves the effect barrier and the crash policies on random graphs with effects. */
export function proveEffects(request: ProofRequest): Proof {
  return prove(request, cases(false), (each, counts) => {
    const plan = toPlan(blocks, each.document)
    countEffects(assertEffects(plan, each), counts)
  })
}

/** Proves the journal writer on a simulated database: see {@link assertWriter}. */
export async function proveWriter({ cases, seed }: ProofRequest): Promise<Proof> {
  const counts: Counts = {}
  for (let i = 0; i < cases; i++) {
    const own = mix(seed, i)
    try {
      for (const [name, count] of Object.entries(await assertWriter(own))) counts[name] = (counts[name] ?? 0) + count
    } catch (error) {
      return { failure: `journal writer, seed ${own}: ${errorMessage(error)}`, counts }
    }
  }
  return { failure: undefined, counts }
}

function prove(
  { cases: numRuns, seed }: ProofRequest,
  arbitrary: fc.Arbitrary<Case>,
  check: (each: Case, counts: Counts) => void,
): Proof {
  const counts: Counts = {}
  const property = fc.property(fc.noBias(arbitrary), (each) => check(each, counts))
  const details = fc.check(property, { numRuns, seed, verbose: 0 })
  if (!details.failed) return { failure: undefined, counts }
  return { failure: `${errorMessage(details.errorInstance)}\n${fc.defaultReportMessage(details)}`, counts }
}

function checkPure(each: Case, counts: Counts): void {
  const plan = toPlan(blocks, each.document)
  const { inputs, masks, cancelAfter, seed } = each
  const options = { inputs, masks, cancelAfter, choose: orderBySeed(seed) }
  const watch = new SchedulerMonitor(plan)
  const simulation = new Simulator(plan, scripted, { ...options, onStep: watch.onStep }).run()
  const whole: UncrashedRun = { case: each, plan, options, simulation }
  watch.assertEnded(simulation)
  assertDelivered(plan, simulation.events, simulation.scheduler)
  assertFolds(whole)
  const survived = assertSurvives(whole)
  assertPossible(whole)
  assertReplays(whole)
  const isRetried = assertRetries(whole)
  countRun(whole, { ...survived, isRetried, ...watch.observations }, counts)
}
