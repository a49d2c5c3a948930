import type { GraphDocument } from '../../graph/index.ts'
import type { Run } from './entities.ts'
import { evaluate } from './evaluate.ts'
import { readGraph } from './graph.ts'
import { NodeEvaluation, type Given } from './node.ts'
import { compareTags, compareTokens } from './order.ts'
import { findPaths } from './paths.ts'
import type { ScriptedBlock } from './blocks/index.ts'
import { BudgetExceeded, State } from './state.ts'

/** What a graph must give, in whatever order its node executions end. */
export interface Outcome {
  state: State
  /** By name, in the order of the tags. */
  outputs: Record<string, unknown[]>
  /** Failures that no link handles. With `onUnhandledError: FAIL`, one of them ends the execution. */
  unhandled: Run[]
  /** A budget is used up. What else has run by then depends on the order. */
  isExceeded: boolean
}

/** Computes the outcome of a graph one value after the other, without a scheduler. */
export function computeOutcome(
  document: GraphDocument,
  blocks: Record<string, ScriptedBlock>,
  given: Partial<Given> = {},
): Outcome {
  const graph = readGraph(document, blocks)
  const paths = findPaths(graph)
  const state = new State()
  const { inputs = {}, messageOf = (_, __, code) => `<${code}>` } = given
  let isExceeded = false
  try {
    evaluate(graph, paths, state, new NodeEvaluation(graph, paths, state, { inputs, messageOf }))
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error
    isExceeded = true
  }
  const unhandled = state.runs.filter(({ status, isHandled }) => status === 'FAILED' && !isHandled)
  return { state, outputs: collectOutputs(state), unhandled, isExceeded }
}

function collectOutputs({ runs }: State): Record<string, unknown[]> {
  const ends = runs.filter(({ node, inputs }) => node.block.kind === 'output' && inputs.value !== undefined)
  const named = Map.groupBy(ends, ({ node }) => String(node.constants.name))
  return Object.fromEntries([...named].map(([name, own]) => [name, own.toSorted(compareEnds).map(({ inputs }) => inputs.value)]))
}

/** Several output nodes with one name are in the order of the document. */
function compareEnds(one: Run, other: Run): number {
  const [a, b] = [one, other].map((run) => ({ ...run, value: undefined, from: run, link: run.taken.get('value')?.link }))
  if (!a || !b) return 0
  return compareTags(one.tag, other.tag) || one.node.place - other.node.place || compareTokens(a, b)
}

export { isDefined } from './defined.ts'
export { runBlock, type Performance } from './blocks/index.ts'
export { showTag } from './tags.ts'
export { settlePins, stableText } from './blocks/index.ts'
export type { Run } from './entities.ts'
export type { Action, ScriptedBlock } from './blocks/index.ts'
