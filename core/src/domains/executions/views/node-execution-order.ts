import { AshlarError, type Position } from '../../../base/index.ts'
import type { NodeExecution } from '../../../engine/index.ts'
import type { Projection } from './projection.ts'

/**
 * `NODE`: by node in the order of the graph, then by number. `STARTED_AT`: in the order of their start; those that have
 * not started come last, in the order `NODE`.
 */
export type NodeExecutionOrder = 'NODE' | 'STARTED_AT'

interface Walk {
  field: NodeExecutionOrder
  direction: 'ASC' | 'DESC'
  /** Only of this node. */
  nodeId?: string | undefined
  /** Continue after this node execution. */
  after?: NodeExecution | undefined
}

/** Yields the node executions of a projection in order. Continuing after a node execution takes constant time. */
export function* walkNodeExecutions(projection: Projection, { field, direction, nodeId, after }: Walk): Generator<NodeExecution> {
  const walk = { projection, isAscending: direction === 'ASC', nodeId, after }
  if (field === 'NODE') return yield* byNode(walk)
  const isStarted = (run: NodeExecution): boolean => projection.factsOf(run)?.startIndex !== undefined
  const isAfterStarted = after && isStarted(after)
  if (walk.isAscending) {
    if (!after || isAfterStarted) yield* byStart(walk)
    yield* skipping(byNode(isAfterStarted ? { ...walk, after: undefined } : walk), isStarted)
  } else {
    if (!isAfterStarted) yield* skipping(byNode(walk), isStarted)
    yield* byStart(isAfterStarted ? walk : { ...walk, after: undefined })
  }
}

interface OneWay {
  projection: Projection
  isAscending: boolean
  nodeId: string | undefined
  after: NodeExecution | undefined
}

function* byNode({ projection: { plan, scheduler }, isAscending, nodeId, after }: OneWay): Generator<NodeExecution> {
  const step = isAscending ? 1 : -1
  const isHere = after !== undefined && (nodeId === undefined || after.node.id === nodeId)
  const only = nodeId === undefined ? undefined : plan.byId.get(nodeId)
  const nodes = nodeId === undefined ? plan.nodes : only ? [only] : []
  const first = isHere && after ? nodes.indexOf(after.node) : isAscending ? 0 : nodes.length - 1
  for (let i = first; i >= 0 && i < nodes.length; i += step) {
    const node = nodes[i]
    const runs = node ? scheduler.executionsOf(node) : []
    const from = isHere && after?.node === node && after ? after.n - 1 + step : isAscending ? 0 : runs.length - 1
    for (let n = from; n >= 0 && n < runs.length; n += step) {
      const run = runs[n]
      if (run) yield run
    }
  }
}

function* byStart({ projection, isAscending, nodeId, after }: OneWay): Generator<NodeExecution> {
  const { started } = projection
  const step = isAscending ? 1 : -1
  const last = after && projection.factsOf(after)?.startIndex
  for (let i = last === undefined ? (isAscending ? 0 : started.length - 1) : last + step; ; i += step) {
    const run = started[i]
    if (!run) return
    if (nodeId === undefined || run.node.id === nodeId) yield run
  }
}

function* skipping(runs: Iterable<NodeExecution>, isSkipped: (run: NodeExecution) => boolean): Generator<NodeExecution> {
  for (const run of runs) if (!isSkipped(run)) yield run
}

/** The place of a node execution: its id is `<nodeId>:<number>`. */
export function toPosition({ nodeId, number }: { nodeId: string; number: number }): Position {
  return { value: String(number), id: `${nodeId}:${number}` }
}

/** @throws {AshlarError} BAD_INPUT when the position is not one of this execution */
export function findAtPosition({ scheduler }: Projection, { id }: Position): NodeExecution {
  const [, nodeId = '', number] = /^(.*):(\d+)$/s.exec(id) ?? []
  const run = scheduler.nodeExecution(nodeId, Number(number))
  if (!run) throw new AshlarError('BAD_INPUT', 'argument "after" must be a cursor of this list', { details: { path: ['after'] } })
  return run
}
