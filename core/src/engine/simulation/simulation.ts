import fc from 'fast-check'
import { messageOf } from '../../base/index.ts'
import { fakeBlocks, planOf } from './fake-blocks.ts'
import { scripted } from './blocks.ts'
import { cases, mix, type Case } from './cases.ts'
import { countEffects, countWhole, type Counts } from './counts.ts'
import { claimEffects } from './effects.ts'
import { claimDelivered } from './model.ts'
import { claimFolds, claimPossible, claimReplays, claimRetries, claimSurvives, orderOf, type Whole } from './properties.ts'
import { Watch } from './watch.ts'
import { claimWriter } from './writer.ts'
import { Simulator } from './worker.ts'

export interface ProofRequest {
  /** How many random executions. */
  cases: number
  /** The same seed gives the same executions. */
  seed: number
}

export interface Proof {
  /** The smallest case found that fails, and why; undefined when all hold. */
  failure: string | undefined
  /** What the cases contained. */
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
    const plan = planOf(blocks, each.document)
    countEffects(claimEffects(plan, each), counts)
  })
}

/** Proves the journal writer on a simulated database: see {@link claimWriter}. */
export async function proveWriter({ cases, seed }: ProofRequest): Promise<Proof> {
  const counts: Counts = {}
  for (let i = 0; i < cases; i++) {
    const own = mix(seed, i)
    try {
      for (const [name, count] of Object.entries(await claimWriter(own))) counts[name] = (counts[name] ?? 0) + count
    } catch (error) {
      return { failure: `journal writer, seed ${own}: ${messageOf(error)}`, counts }
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
  return { failure: `${messageOf(details.errorInstance)}\n${fc.defaultReportMessage(details)}`, counts }
}

function checkPure(each: Case, counts: Counts): void {
  const plan = planOf(blocks, each.document)
  const { inputs, masks, cancelAfter, seed } = each
  const options = { inputs, masks, cancelAfter, choose: orderOf(seed) }
  const watch = new Watch(plan)
  const simulation = new Simulator(plan, scripted, { ...options, onStep: watch.onStep }).run()
  const whole: Whole = { case: each, plan, options, simulation }
  watch.claimEnded(simulation)
  claimDelivered(plan, simulation.events, simulation.scheduler)
  claimFolds(whole)
  const survived = claimSurvives(whole)
  claimPossible(whole)
  claimReplays(whole)
  const isRetried = claimRetries(whole)
  countWhole(whole, { ...survived, isRetried, ...watch.sights }, counts)
}
