import type pg from 'pg'
import { Slices } from '../../../base/index.ts'
import type { ExecutionStatus } from '../../../engine/index.ts'
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
  const places = listPlaces(a.projection, b.projection)
  for (let from = 0; from < places.length && nodes.length <= MAX_DIFFERENCES;) {
    const chunk = places.slice(from, from + CHUNK)
    const [left, right] = [await loadChunk(pool, a, chunk), await loadChunk(pool, b, chunk)]
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

interface Place {
  nodeId: string
  number: number
}

function listPlaces(a: Projection | undefined, b: Projection | undefined): Place[] {
  const nodeIds = new Set([a, b].flatMap((side) => side?.plan.nodes.map(({ id }) => id) ?? []))
  return [...nodeIds].flatMap((nodeId) => {
    const count = Math.max(countRuns(a, nodeId), countRuns(b, nodeId))
    return Array.from({ length: count }, (_, i) => ({ nodeId, number: i + 1 }))
  })
}

function countRuns(side: Projection | undefined, nodeId: string): number {
  const node = side?.plan.byId.get(nodeId)
  return (node && side?.scheduler.executionsOf(node).length) ?? 0
}

/** Loads the node executions at these places, up to the first whose values do not fit. */
async function loadChunk(
  pool: pg.Pool,
  { execution: { id: executionId }, projection }: Side,
  places: readonly Place[],
): Promise<(NodeExecutionView | undefined)[]> {
  if (!projection) return places.map(() => undefined)
  const runs = places.flatMap(({ nodeId, number }) => projection.scheduler.nodeExecution(nodeId, number) ?? [])
  const views = (await loadViews(pool, [{ executionId, projection, runs }], CHUNK_BYTES)).get(executionId) ?? []
  const first = runs[views.length]
  const end = first ? places.findIndex(({ nodeId, number }) => nodeId === first.node.id && number === first.n) : places.length
  const byPlace = new Map(views.map((view) => [`${view.nodeId}:${view.number}`, view]))
  return places.slice(0, end).map(({ nodeId, number }) => byPlace.get(`${nodeId}:${number}`))
}
