import fc from 'fast-check'
import { errorMessage } from '../../../base/index.ts'
import type { Counts } from '../counts.ts'
import { isValid, taggedCases, type TaggedCase } from './cases.ts'
import { countCase } from './met-cases.ts'
import { checkCase } from './properties.ts'
import { showCase, shrink } from './shrink.ts'

/**
 * Proves that random graphs with loops give what the reference computes, in every order and after crashes.
 *
 * @param request.cases the number of graphs
 * @param request.seed determines the graphs
 * @returns the smallest failing graph and the reason, and how often each case occurred
 */
export function proveTagged({ cases, seed }: { cases: number; seed: number }): { failure: string | undefined; counts: Counts } {
  const counts: Counts = {}
  let failing: TaggedCase | undefined
  const property = fc.property(fc.noBias(taggedCases().filter(isValid)), (each) => {
    failing = each
    countCase(each, checkCase(each), counts)
  })
  const { failed, seed: used } = fc.check(property, { numRuns: cases, seed, endOnFailure: true })
  if (!failed || !failing) return { failure: undefined, counts }
  const kind = kindOf(failureOf(failing))
  const smallest = shrink(failing, (smaller) => kindOf(failureOf(smaller)) === kind)
  return { failure: `${failureOf(smallest)}\n${showCase(smallest)}\n{ seed: ${used} }`, counts }
}

function failureOf(given: TaggedCase): string | undefined {
  try {
    if (isValid(given)) checkCase(given)
    return undefined
  } catch (error) {
    return errorMessage(error)
  }
}

/** What is wrong, without the values of the graph. */
function kindOf(failure: string | undefined): string | undefined {
  return failure?.replace(/^after a crash at event \d+: /, '').slice(0, 12)
}
