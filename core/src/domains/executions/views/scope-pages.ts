import { AshlarError, type Page, type PageRequest, type Position } from '../../../base/index.ts'
import { formatTag, isFinal, type Scope } from '../../../engine/index.ts'
import type { LoopProjection } from './loop-projection.ts'
import { createTagFilter } from './tag-filter.ts'

/** A loop or a cycle of an execution. */
export interface ScopeView {
  executionId: string
  /** 1, 2, 3 … in the order of their start. */
  number: number
  kind: Scope['kind']
  /** The node execution that produces the iterations. Undefined for a cycle. */
  producer: { nodeId: string; number: number } | undefined
  /** The nodes of a cycle, in the order of the graph. */
  cycleNodeIds: string[]
  /** The iteration that contains it, see `formatTag`. */
  tag: string
  progress: ScopeProgress
  /** Whether its producer has ended and no node execution in it is queued, running, asleep or waiting for a retry. */
  hasEnded: boolean
  /** Why its producer has failed. */
  failure: string | undefined
}

/** Numbers of iterations. */
export interface ScopeProgress {
  iterations: number
  /** Those in which a node execution has not ended. */
  alive: number
  /** The others. */
  done: number
  /**
   * Those that have ended without a value for a collect node. Undefined if no collect node gathers them. Until the end
   * of the loop, it may be too small.
   */
  dropped: number | undefined
  /** Those in which a node execution has failed. */
  failed: number
}

interface ScopeFilter {
  /** The node of the producer, or a node of the cycle. */
  nodeId?: string | undefined
  /** An iteration, see `formatTag`: only loops inside of it. */
  tag?: string | undefined
  hasEnded?: boolean | undefined
}

export type ScopeRequest = PageRequest<ScopeFilter, 'STARTED'>

/** Reads one page of the loops and cycles of each execution. @param projections by execution id */
export function readScopePages(
  projections: ReadonlyMap<string, Pick<LoopProjection, 'scheduler'>>,
  request: ScopeRequest,
): Map<string, Page<ScopeView> | AshlarError> {
  return new Map([...projections].map(([id, projection]) => [id, readPage(id, projection, request)]))
}

function readPage(
  executionId: string,
  { scheduler }: Pick<LoopProjection, 'scheduler'>,
  { first, after, orderBy, filter, countTotal }: ScopeRequest,
): Page<ScopeView> | AshlarError {
  const scopes = scheduler.scopes()
  const isOver = isFinal(scheduler.status)
  const isWanted = toPredicate(filter, isOver)
  const step = orderBy.direction === 'ASC' ? 1 : -1
  const last = after && parsePosition(after, scopes.length)
  if (last instanceof AshlarError) return last
  const items: Page<ScopeView>['items'] = []
  for (let i = last === undefined ? (step > 0 ? 0 : scopes.length - 1) : last - 1 + step; items.length <= first; i += step) {
    const scope = scopes[i]
    if (!scope) break
    if (!isWanted(scope)) continue
    const item = viewScope(executionId, i + 1, scope, isOver)
    items.push({ item, position: toScopePosition(item) })
  }
  const total = countTotal ? scopes.filter(isWanted).length : undefined
  return { items: items.slice(0, first), hasMore: items.length > first, total }
}

function toPredicate({ nodeId, tag, hasEnded }: ScopeFilter, isOver: boolean): (scope: Scope) => boolean {
  const isInside = createTagFilter(tag ?? '')
  return (scope) => {
    if (nodeId !== undefined && !hasNode(scope, nodeId)) return false
    return isInside(scope.parent) && (hasEnded === undefined || isEnded(scope, isOver) === hasEnded)
  }
}

function hasNode({ producer, cycle }: Scope, nodeId: string): boolean {
  if (producer) return producer.node.id === nodeId
  return [...(cycle?.nodes ?? [])].some(({ id }) => id === nodeId)
}

/** The place of a loop: its number. */
export function toScopePosition({ executionId, number }: Pick<ScopeView, 'executionId' | 'number'>): Position {
  return { value: String(number), id: executionId }
}

function parsePosition({ value }: Position, count: number): number | AshlarError {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= count) return number
  return new AshlarError('BAD_INPUT', 'argument "after" must be a cursor of this list', { details: { path: ['after'] } })
}

function viewScope(executionId: string, number: number, scope: Scope, isOver: boolean): ScopeView {
  const { kind, producer, cycle, parent } = scope
  const nodes = [...(cycle?.nodes ?? [])].toSorted((a, b) => a.index - b.index)
  return {
    executionId,
    number,
    kind,
    producer: producer && { nodeId: producer.node.id, number: producer.n },
    cycleNodeIds: nodes.map(({ id }) => id),
    tag: formatTag(parent),
    progress: viewProgress(scope, isOver),
    hasEnded: isEnded(scope, isOver),
    failure: scope.failure,
  }
}

function viewProgress(scope: Scope, isOver: boolean): ScopeProgress {
  const { opened: iterations, failed } = scope
  const alive = isOver ? 0 : scope.alive
  const done = iterations - alive
  const dropped = isCollected(scope) ? Math.max(0, done - scope.delivered) : undefined
  return { iterations, alive, done, dropped, failed }
}

function isCollected({ collections }: Scope): boolean {
  return collections !== undefined && collections.counted.length > 0
}

function isEnded({ kind, isProduced, alive }: Scope, isOver: boolean): boolean {
  return isOver || ((kind === 'CYCLE' || isProduced) && alive === 0)
}
