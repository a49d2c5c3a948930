import type pg from 'pg'
import { Slices } from '../../../base/index.ts'
import { formatTag, type ExecutionStatus, type NodeExecution } from '../../../engine/index.ts'
import type { Execution } from '../../../runtime/lifecycle/index.ts'
import { diffNodeExecutions, diffValues, type NodeDifference, type ValueDifference } from './diff.ts'
import { loadViews } from './node-execution-values.ts'
import type { NodeExecutionView } from './node-execution-view.ts'
import type { Projection } from './projection.ts'

/** What differs between two executions. */
export interface ExecutionDiff {
  statusA: ExecutionStatus
  statusB: ExecutionStatus
  /** The outputs of the graphs that differ. */
  outputs: ValueDifference[]
  /** The node executions that differ, at most 1000, in the order of the first graph, then of the second. */
  nodes: NodeDifference[]
  /** Whether further node executions differ. */
  hasMore: boolean
}

const MAX_DIFFERENCES = 1000
/** Node executions whose values are loaded at the same time. */
const CHUNK = 100
/** The values of a chunk of one execution, as JSON. */
const CHUNK_BYTES = 4 * 1024 * 1024

interface Side {
  execution: Execution
  /** Undefined if the node executions cannot be read, because a block is no longer stored. */
  projection: Projection | undefined
}

/** Compares two executions. It stops at the first difference above the limit. */
export async function diffExecutions(pool: pg.Pool, a: Side, b: Side): Promise<ExecutionDiff> {
  const slices = new Slices()
  const nodes: NodeDifference[] = []
  const pairs = listPairs(a.projection, b.projection)
  for (let from = 0; from < pairs.length && nodes.length <= MAX_DIFFERENCES;) {
    const chunk = pairs.slice(from, from + CHUNK)
    const [runsA, runsB] = [chunk.map((pair) => pair.a), chunk.map((pair) => pair.b)]
    const [left, right] = [await loadChunk(pool, a, runsA), await loadChunk(pool, b, runsB)]
    const complete = Math.min(left.length, right.length)
    for (let i = 0; i < complete; i++) {
      const difference = diffNodeExecutions(left[i], right[i])
      if (difference) nodes.push(difference)
      if (slices.isOver()) await slices.pause()
    }
    from += complete
  }
  return {
    statusA: a.execution.status,
    statusB: b.execution.status,
    outputs: diffValues(a.execution.outputs, b.execution.outputs),
    nodes: nodes.slice(0, MAX_DIFFERENCES),
    hasMore: nodes.length > MAX_DIFFERENCES,
  }
}

/** The node executions of both sides that are compared. */
interface Pair {
  a: NodeExecution | undefined
  b: NodeExecution | undefined
}

/** By node in the order of the graphs, then by the number of the first execution. */
function listPairs(a: Projection | undefined, b: Projection | undefined): Pair[] {
  const nodeIds = new Set([a, b].flatMap((side) => side?.plan.nodes.map(({ id }) => id) ?? []))
  return [...nodeIds].flatMap((nodeId) => {
    const [left, right] = [runsByPlace(a, nodeId), runsByPlace(b, nodeId)]
    return [...new Set([...left.keys(), ...right.keys()])].map((place) => ({ a: left.get(place), b: right.get(place) }))
  })
}

/**
 * The runs of a node by their iteration and their place among those of the same iteration. Numbers of node executions
 * are left out, because runs of different iterations are created in the order of arrival.
 */
function runsByPlace(side: Projection | undefined, nodeId: string): Map<string, NodeExecution> {
  const node = side?.plan.byId.get(nodeId)
  const counts = new Map<string, number>()
  const places = new Map<string, NodeExecution>()
  for (const run of (node && side?.scheduler.executionsOf(node)) ?? []) {
    const iteration = formatTag(run.tag).replaceAll(/\.\d+(?=(?:\.tools)?\[)/g, '')
    const count = (counts.get(iteration) ?? 0) + 1
    counts.set(iteration, count)
    places.set(`${iteration} ${count}`, run)
  }
  return places
}

/** Loads node executions, up to the first whose values do not fit. */
async function loadChunk(
  pool: pg.Pool,
  { execution: { id: executionId }, projection }: Side,
  runs: readonly (NodeExecution | undefined)[],
): Promise<(NodeExecutionView | undefined)[]> {
  if (!projection) return runs.map(() => undefined)
  const known = runs.flatMap((run) => run ?? [])
  const views = (await loadViews(pool, [{ executionId, projection, runs: known }], CHUNK_BYTES)).get(executionId) ?? []
  const byRun = new Map(views.map((view, i) => [known[i], view]))
  const end = views.length < known.length ? runs.indexOf(known[views.length]) : runs.length
  return runs.slice(0, end).map((run) => run && byRun.get(run))
}
