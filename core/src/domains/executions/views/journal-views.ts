import type pg from 'pg'
import { AshlarError, isUuid, toOwnerIds, type Owners, type Page } from '../../../base/index.ts'
import type { JournalEvent, Plan } from '../../../engine/index.ts'
import type { Execution, PlanCache } from '../../../runtime/lifecycle/index.ts'
import { diffExecutions, type ExecutionDiff } from './diff-executions.ts'
import { readEventPages, type EventRequest } from './event-pages.ts'
import { MAX_VALUE_BYTES, readNodeExecutionPages, type NodeExecutionRequest } from './node-execution-pages.ts'
import { loadViews } from './node-execution-values.ts'
import type { NodeExecutionView } from './node-execution-view.ts'
import { ProjectionCache } from './projection-cache.ts'
import { LoopProjection } from './loop-projection.ts'
import { Projection } from './projection.ts'
import { readScopePages, type ScopeRequest, type ScopeView } from './scope-pages.ts'
import { createTagFilter, IterationEvents } from './tag-filter.ts'

/** The memory for loops, whose projections are small. */
const LOOP_LIMITS = { projectionBytes: 128 * 1024 * 1024, totalBytes: 256 * 1024 * 1024 }

/** Identifies a node execution. */
export interface NodeExecutionKey {
  executionId: string
  nodeId: string
  number: number
}

/**
 * What is read of the journals of executions. The number of statements does not depend on the number of
 * executions. An execution of another owner is treated as one that does not exist, and is missing in the result. An
 * execution whose journal cannot be read has an error JOURNAL_UNREADABLE.
 */
export interface JournalViews {
  /**
   * Returns one page of the node executions of each execution. A page has fewer than `first` items, but at least one,
   * if their values exceed 8 MB together.
   */
  nodeExecutionsOf(
    owners: Owners,
    executionIds: readonly string[],
    request: NodeExecutionRequest,
  ): Promise<Map<string, Page<NodeExecutionView> | AshlarError>>
  /**
   * Returns node executions by {@link formatNodeExecutionKey}. Those that do not exist are missing. If their values
   * exceed 8 MB together, some have an error BAD_INPUT.
   */
  findNodeExecutions(owners: Owners, keys: readonly NodeExecutionKey[]): Promise<Map<string, NodeExecutionView | AshlarError>>
  /**
   * Returns one page of the events of each execution, in the order of `seq`. A page has fewer than `first` items, but
   * at least one, if their values exceed 8 MB together. An execution to which `after` does not belong has an error
   * BAD_INPUT.
   */
  eventPages(
    owners: Owners,
    executionIds: readonly string[],
    request: EventRequest,
  ): Promise<Map<string, Page<JournalEvent> | AshlarError>>
  /** Returns one page of the loops and cycles of each execution, also of executions with millions of iterations. */
  scopePages(
    owners: Owners,
    executionIds: readonly string[],
    request: ScopeRequest,
  ): Promise<Map<string, Page<ScopeView> | AshlarError>>
  /**
   * Returns a function that decides whether an event of an execution belongs to a node execution inside of an
   * iteration, see `formatTag`. Events must be passed in their order.
   *
   * @throws {AshlarError} JOURNAL_UNREADABLE EXECUTION_TOO_LARGE BLOCK_UNAVAILABLE, also the function
   */
  createEventFilter(
    execution: Pick<Execution, 'id' | 'versionId'>,
    tag: string,
  ): Promise<(event: { seq: number; node?: string; n?: number }) => Promise<boolean>>
  /**
   * Compares two executions of the user: their statuses and outputs, and the inputs and outputs of node executions of
   * the same node. In loops, those of the same iteration are compared, otherwise those with the same number.
   *
   * @throws {AshlarError} JOURNAL_UNREADABLE
   */
  diff(a: Execution, b: Execution): Promise<ExecutionDiff>
}

/** Formats the id of a node execution: `<execution id>:<node id>:<number>`. */
export function formatNodeExecutionKey({ executionId, nodeId, number }: NodeExecutionKey): string {
  return `${executionId}:${nodeId}:${number}`
}

export function createJournalViews(pool: pg.Pool, plans: PlanCache): JournalViews {
  return new JournalViewService(pool, plans)
}

class JournalViewService implements JournalViews {
  readonly #pool: pg.Pool
  readonly #plans: PlanCache
  readonly #projections: ProjectionCache<Projection>
  readonly #loops: ProjectionCache<LoopProjection>

  constructor(pool: pg.Pool, plans: PlanCache) {
    this.#pool = pool
    this.#plans = plans
    this.#projections = new ProjectionCache(pool, (plan) => new Projection(plan))
    this.#loops = new ProjectionCache(pool, (plan) => new LoopProjection(plan), LOOP_LIMITS)
  }

  async nodeExecutionsOf(
    owners: Owners,
    executionIds: readonly string[],
    request: NodeExecutionRequest,
  ): ReturnType<JournalViews['nodeExecutionsOf']> {
    const owned = await this.#findPlans(owners, executionIds)
    const { loaded, failures } = await load(this.#projections, owned)
    const pages = await readNodeExecutionPages(this.#pool, loaded, request)
    return new Map([...emptyPages(owned, request), ...failures, ...pages])
  }

  async findNodeExecutions(owners: Owners, keys: readonly NodeExecutionKey[]): ReturnType<JournalViews['findNodeExecutions']> {
    const wanted = Map.groupBy(keys, ({ executionId }) => executionId)
    const { loaded, failures } = await load(this.#projections, await this.#findPlans(owners, [...wanted.keys()]))
    const chosen = [...loaded].map(([executionId, projection]) => {
      const own = wanted.get(executionId) ?? []
      return {
        executionId,
        projection,
        runs: own.flatMap((key) => projection.scheduler.nodeExecution(key.nodeId, key.number) ?? []),
      }
    })
    const views = await loadViews(this.#pool, chosen, MAX_VALUE_BYTES / Math.max(1, chosen.length))
    const found = new Map<string, NodeExecutionView | AshlarError>()
    for (const { executionId, runs } of chosen)
      for (const { node, n } of runs) found.set(formatNodeExecutionKey({ executionId, nodeId: node.id, number: n }), tooLarge())
    for (const view of [...views.values()].flat()) found.set(formatNodeExecutionKey(view), view)
    for (const [id, failure] of failures) for (const key of wanted.get(id) ?? []) found.set(formatNodeExecutionKey(key), failure)
    return found
  }

  async eventPages(
    owners: Owners,
    executionIds: readonly string[],
    request: EventRequest,
  ): ReturnType<JournalViews['eventPages']> {
    const { tag } = request.filter
    if (tag === undefined) return readEventPages(this.#pool, [...(await this.#findOwned(owners, executionIds)).keys()], request)
    const owned = await this.#findPlans(owners, executionIds)
    const { loaded, failures } = await load(this.#projections, owned)
    const iterations = new Map([...loaded].map(([id, projection]) => [id, new IterationEvents(projection, tag)]))
    const pages = await readEventPages(this.#pool, [...loaded.keys()], request, iterations)
    return new Map([...emptyPages(owned, request), ...failures, ...pages])
  }

  async scopePages(
    owners: Owners,
    executionIds: readonly string[],
    request: ScopeRequest,
  ): ReturnType<JournalViews['scopePages']> {
    const owned = await this.#findPlans(owners, executionIds)
    // Only these have loops.
    const plans = new Map([...owned].map(([id, plan]) => [id, plan?.pairing === 'TAGGED' ? plan : undefined]))
    const { loaded, failures } = await load(this.#loops, plans)
    return new Map([...emptyPages(plans, request), ...failures, ...readScopePages(loaded, request)])
  }

  async createEventFilter(
    { id, versionId }: Pick<Execution, 'id' | 'versionId'>,
    tag: string,
  ): ReturnType<JournalViews['createEventFilter']> {
    const plan = (await this.#plans.load([versionId])).get(versionId)
    if (!plan || plan instanceof AshlarError) throw plan ?? new Error(`no plan for version ${versionId}`)
    const load = async (): Promise<Projection> => {
      const projection = (await this.#projections.load(new Map([[id, plan]]))).get(id)
      if (!projection || projection instanceof AshlarError) throw projection ?? new Error(`no projection of ${id}`)
      return projection
    }
    let projection = await load()
    let isInside = createTagFilter(tag)
    return async (event) => {
      const { node, n } = event
      if (node === undefined || n === undefined) return false
      if (event.seq > projection.seq) {
        const current = await load()
        if (current !== projection) isInside = createTagFilter(tag)
        projection = current
      }
      const run = projection.scheduler.nodeExecution(node, n)
      return run !== undefined && isInside(run.tag)
    }
  }

  async diff(a: Execution, b: Execution): Promise<ExecutionDiff> {
    const plans = await this.#findPlans([a.ownerId, b.ownerId], [a.id, b.id])
    const { loaded, failures } = await load(this.#projections, plans)
    for (const failure of failures.values()) throw failure
    const [left, right] = [loaded.get(a.id), loaded.get(b.id)]
    return diffExecutions(this.#pool, { execution: a, projection: left }, { execution: b, projection: right })
  }

  /** @returns undefined for an execution whose version pins a block that is no longer stored */
  async #findPlans(owners: Owners, executionIds: readonly string[]): Promise<Map<string, Plan | undefined>> {
    const versions = await this.#findOwned(owners, executionIds)
    const plans = await this.#plans.load([...new Set(versions.values())])
    return new Map(
      [...versions].map(([id, versionId]) => {
        const plan = plans.get(versionId)
        return [id, plan instanceof AshlarError ? undefined : plan]
      }),
    )
  }

  /** @returns the versions of the user's executions, by execution id */
  async #findOwned(owners: Owners, executionIds: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await this.#pool.query<{ id: string; version_id: string }>(
      'select id, version_id from execution where id = any($1::uuid[]) and owner_id = any($2)',
      [[...new Set(executionIds)].filter(isUuid), toOwnerIds(owners)],
    )
    return new Map(rows.map(({ id, version_id }) => [id, version_id]))
  }
}

/** Loads the projections of executions. @param plans undefined for those that are left out */
async function load<P extends object>(
  cache: { load(plans: ReadonlyMap<string, Plan>): Promise<Map<string, P | AshlarError>> },
  plans: ReadonlyMap<string, Plan | undefined>,
): Promise<{ loaded: Map<string, P>; failures: Map<string, AshlarError> }> {
  const [loaded, failures] = [new Map<string, P>(), new Map<string, AshlarError>()]
  const known = new Map([...plans].flatMap(([id, plan]) => (plan ? [[id, plan] as const] : [])))
  for (const [id, each] of await cache.load(known)) {
    if (each instanceof AshlarError) failures.set(id, each)
    else loaded.set(id, each)
  }
  return { loaded, failures }
}

/** Pages of the executions without a plan. */
function emptyPages(
  plans: ReadonlyMap<string, Plan | undefined>,
  { countTotal }: { countTotal: boolean },
): [string, Page<never>][] {
  const page = { items: [], hasMore: false, total: countTotal ? 0 : undefined }
  return [...plans].flatMap(([id, plan]) => (plan ? [] : [[id, page]]))
}

function tooLarge(): AshlarError {
  return new AshlarError(
    'BAD_INPUT',
    `the values of the requested node executions have more than ${MAX_VALUE_BYTES} bytes together: request fewer at a time`,
  )
}
