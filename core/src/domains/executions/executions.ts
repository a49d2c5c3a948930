import { listExchanges, type ExchangeRequest, type StoredExchange } from '../../recording/index.ts'
import { AshlarError, isUuid, toOwnerIds, type Batcher, type JsonText, type Owners, type Page } from '../../base/index.ts'
import type { Notifications } from '../../postgres/index.ts'
import type { Graphs } from '../graphs/index.ts'
import { hashIdempotencyKey } from '../idempotency/index.ts'
import {
  cancelTrees,
  Execution,
  type NewExecution,
  parseInputs,
  parseMasks,
  type PlanCache,
  findStarted,
  startWithKey,
  selectReplayed,
  type ReplayFrom,
} from '../../runtime/lifecycle/index.ts'
import { eventsToRetry, type ExecutionEvent, isFinal, type ModelUsage, type Plan } from '../../engine/index.ts'
import { DeltaNews } from '../../runtime/deltas/index.ts'
import { followEvents, type JournalHealth, News, type Followed, readCopy } from '../../runtime/journal/index.ts'
import { createJournalViews, type ExecutionDiff, type JournalViews, sumUsage } from './views/index.ts'
import type { BulkRequest, BulkResult } from './bulk.ts'
import { CANCELLED_BY_OWNER, cancelExecutions } from './cancel-executions.ts'
import { createExecutionChanges, type ExecutionChanges } from './execution-changes.ts'
import { createStarter, type StarterParts, type StartRequest } from './starter.ts'
import { retryExecutions } from './retry-executions.ts'
import { createBlockVersion } from './run-block.ts'
import { listExecutions, listExecutionsOfGraphs, listExecutionsOfOwners, type ExecutionRequest } from './execution-lists.ts'
import { filterFollowed } from './filter-followed.ts'
import { findExecutions, findValues, type ExecutionSummary } from './execution-summary.ts'
import { waitForEnd } from './wait-for-end.ts'

const MAX_PRIORITY = 100

/** An event that a follower receives. */
export type FollowedEvent = Followed

/**
 * The executions of accounts. An execution of another owner is treated as one that does not exist. While the database
 * cannot be written, methods that start or end an execution fail with JOURNAL_UNAVAILABLE and have no effect. Starts
 * fail with QUOTA_EXCEEDED when the account has reached a quota.
 */
export interface Executions extends Omit<JournalViews, 'diff' | 'createEventFilter'> {
  /** Compares two executions: see {@link JournalViews.diff}. @throws {AshlarError} NOT_FOUND JOURNAL_UNREADABLE */
  diff(owners: Owners, a: string, b: string): Promise<ExecutionDiff>
  /** @param userId who chose the idempotency key. @throws {AshlarError} NOT_FOUND INPUTS_INVALID BAD_INPUT */
  start(ownerId: string, request: StartRequest, userId?: string): Promise<Execution>
  /** Runs one block as an execution. @throws {AshlarError} GRAPH_INVALID BLOCK_UNAVAILABLE */
  runBlock(ownerId: string, request: { block: string; inputs: unknown }): Promise<Execution>
  /**
   * Continues a failed or cancelled execution from its failed nodes, as a new execution.
   *
   * @throws {AshlarError} NOT_FOUND, CONFLICT when the execution is not FAILED or CANCELLED, BLOCK_UNAVAILABLE
   */
  retry(ownerId: string, executionId: string): Promise<Execution>
  /**
   * Starts a new execution that repeats an old one from a node execution, or one iteration of its loop. All other
   * results are taken from the old journal.
   *
   * @throws {AshlarError} NOT_FOUND BLOCK_UNAVAILABLE BAD_INPUT
   */
  replay(ownerId: string, request: ReplayRequest): Promise<Execution>
  /** Ends the execution immediately, on whatever worker it runs. @throws {AshlarError} NOT_FOUND EXECUTION_FINISHED */
  cancel(ownerId: string, executionId: string): Promise<Execution>
  /**
   * Cancels all unfinished executions that a filter selects, each with those that it has started.
   *
   * @throws {AshlarError} BAD_INPUT when the filter is empty or the limit is not 1 to 1 000
   */
  cancelAll(ownerId: string, request: BulkRequest): Promise<BulkResult>
  /**
   * Retries all FAILED and CANCELLED executions that a filter selects. Executions that another one has started, or
   * that another one continues or repeats, are left out.
   *
   * @throws {AshlarError} BAD_INPUT like {@link cancelAll}
   */
  retryAll(ownerId: string, request: BulkRequest): Promise<BulkResult>
  /** @throws {AshlarError} NOT_FOUND */
  get(ownerId: string, executionId: string): Promise<Execution>
  find(owners: Owners, ids: readonly string[]): Promise<Map<string, ExecutionSummary>>
  /**
   * Returns the inputs or the outputs of executions, by id. If they exceed 16 MB together, some have an error
   * LIMIT_EXCEEDED.
   */
  findValues(owners: Owners, field: 'inputs' | 'outputs', ids: readonly string[]): Promise<Map<string, JsonText | AshlarError>>
  /**
   * Returns what executions have consumed of paid services, with those that their nodes have started, for each model.
   * The list is empty if nothing was consumed.
   */
  usageOf(owners: Owners, ids: readonly string[]): Promise<Map<string, ModelUsage[]>>
  list(ownerId: string, request: ExecutionRequest): Promise<Page<ExecutionSummary>>
  /** Returns a page for each owner. */
  listOfOwners(ownerIds: readonly string[], request: ExecutionRequest): Promise<Map<string, Page<ExecutionSummary>>>
  /** Returns a page for each graph. Graphs of other owners have an empty page. */
  listOfGraphs(
    owners: Owners,
    graphIds: readonly string[],
    request: ExecutionRequest,
  ): Promise<Map<string, Page<ExecutionSummary>>>
  /**
   * Yields every event after `after` until the execution has finished.
   *
   * @param tag an iteration, see `formatTag`: only events of node executions inside of it
   * @throws {AshlarError} NOT_FOUND; with a tag as {@link JournalViews.createEventFilter}
   */
  follow(owners: Owners, executionId: string, after: number, tag?: string): Promise<AsyncGenerator<FollowedEvent, void>>
  /** Returns the execution when it has finished, or in its state after `waitMs`. @throws {AshlarError} NOT_FOUND */
  waitForEnd(owners: Owners, executionId: string, waitMs: number): Promise<ExecutionSummary>
  /** Lists the HTTP exchanges of executions that were started with `recordHttp`. Others have an empty page. */
  httpExchanges(owners: Owners, ids: readonly string[], request: ExchangeRequest): Promise<Map<string, Page<StoredExchange>>>
  /** Yields changes of executions, see {@link ExecutionChanges.follow}. */
  followAll: ExecutionChanges['follow']
}

export interface ReplayRequest extends ReplayFrom {
  executionId: string
}

interface ExecutionParts extends StarterParts {
  health: JournalHealth
  notifications: Notifications
  graphs: Graphs
  plans: PlanCache
  /** The limit for one input as JSON. */
  maxValueBytes: number
  onError(error: unknown): void
}

export function createExecutions(parts: ExecutionParts): Executions {
  return new ExecutionService(parts)
}

class ExecutionService implements Executions {
  readonly #parts: ExecutionParts
  readonly #starter: Batcher<NewExecution, Execution>
  readonly #news = new News()
  readonly #deltas = new DeltaNews()
  readonly #views: JournalViews
  readonly #changes: ExecutionChanges
  readonly nodeExecutionsOf: Executions['nodeExecutionsOf'] = (...args) => this.#views.nodeExecutionsOf(...args)
  readonly findNodeExecutions: Executions['findNodeExecutions'] = (...args) => this.#views.findNodeExecutions(...args)
  readonly eventPages: Executions['eventPages'] = (...args) => this.#views.eventPages(...args)
  readonly scopePages: Executions['scopePages'] = (...args) => this.#views.scopePages(...args)

  constructor(parts: ExecutionParts) {
    this.#parts = parts
    this.#changes = createExecutionChanges({ ...parts, pool: parts.database.pool })
    parts.notifications.listen('journal', (message) => this.#news.notify(message))
    parts.notifications.listen('deltas', (payload) => this.#deltas.notify(payload))
    this.#views = createJournalViews(parts.database.pool, parts.plans)
    this.#starter = createStarter(parts)
  }

  start(ownerId: string, request: StartRequest, userId = ownerId): Promise<Execution> {
    return this.#parts.health.guard(() => this.#start(ownerId, request, userId))
  }

  retry(ownerId: string, executionId: string): Promise<Execution> {
    return this.#parts.health.guard(() => this.#retry(ownerId, executionId))
  }

  replay(ownerId: string, request: ReplayRequest): Promise<Execution> {
    return this.#parts.health.guard(() => this.#replay(ownerId, request))
  }

  runBlock(ownerId: string, request: Parameters<Executions['runBlock']>[1]): Promise<Execution> {
    return this.#parts.health.guard(() => this.#runBlock(ownerId, request))
  }

  cancel(ownerId: string, executionId: string): Promise<Execution> {
    return this.#parts.health.guard(() => this.#cancel(ownerId, executionId))
  }

  cancelAll(ownerId: string, request: BulkRequest): Promise<BulkResult> {
    return this.#parts.health.guard(() => cancelExecutions(this.#parts, ownerId, request))
  }

  retryAll(ownerId: string, request: BulkRequest): Promise<BulkResult> {
    return this.#parts.health.guard(() => retryExecutions(this.#parts, ownerId, request))
  }

  async #start(ownerId: string, { idempotencyKey, ...request }: StartRequest, userId: string): Promise<Execution> {
    if (idempotencyKey === undefined) return this.#starter.add(await this.#prepare(ownerId, request))
    const key = { userId, hash: hashIdempotencyKey(idempotencyKey, request) }
    const started = await findStarted(this.#parts.database, key)
    if (started !== undefined) return this.get(ownerId, started)
    const execution = await startWithKey(this.#parts, key, await this.#prepare(ownerId, request))
    return execution ?? this.get(ownerId, (await findStarted(this.#parts.database, key)) ?? '')
  }

  async #prepare(
    ownerId: string,
    { graphId, version, inputs, masks, priority, recordHttp }: StartRequest,
  ): Promise<NewExecution> {
    this.#parts.quotas.refuseRepeated(ownerId)
    const chosen = await this.#parts.graphs.versionToRun(ownerId, graphId, version)
    await this.#parts.graphs.assertRunnable(chosen)
    const parsed = parseInputs(inputs, chosen.inputSchema, this.#parts.maxValueBytes)
    assertPriority(priority)
    return {
      ownerId,
      version: chosen,
      inputs: parsed,
      masks: parseMasks(masks, chosen.document),
      priority,
      recordsHttp: recordHttp,
    }
  }

  async #retry(ownerId: string, executionId: string): Promise<Execution> {
    const execution = await this.get(ownerId, executionId)
    if (execution.status !== 'FAILED' && execution.status !== 'CANCELLED') {
      const message = `only a FAILED or CANCELLED execution can be retried; this one is ${execution.status}`
      throw new AshlarError('CONFLICT', message, { details: { path: ['executionId'] } })
    }
    const plan = await this.#planOrThrow(execution.versionId)
    const events = await readCopy(this.#parts.database.pool, executionId)
    return this.#continue(execution, eventsToRetry(plan, events))
  }

  async #replay(ownerId: string, { executionId, ...from }: ReplayRequest): Promise<Execution> {
    const execution = await this.get(ownerId, executionId)
    const plan = await this.#planOrThrow(execution.versionId)
    return this.#continue(execution, selectReplayed(plan, await readCopy(this.#parts.database.pool, executionId), from))
  }

  async #runBlock(ownerId: string, request: Parameters<Executions['runBlock']>[1]): Promise<Execution> {
    this.#parts.quotas.refuseRepeated(ownerId)
    const version = await createBlockVersion(this.#parts.graphs, ownerId, request)
    await this.#parts.graphs.assertRunnable(version)
    return this.#starter.add({ ownerId, version, inputs: {} })
  }

  async #cancel(ownerId: string, executionId: string): Promise<Execution> {
    const { status } = await this.get(ownerId, executionId)
    const ended = await cancelTrees(this.#parts, [executionId], CANCELLED_BY_OWNER)
    const execution = await this.get(ownerId, executionId)
    if (ended.includes(executionId)) return execution
    const message = `the execution is already ${isFinal(status) ? status : execution.status}`
    throw new AshlarError('EXECUTION_FINISHED', message, { details: { path: ['executionId'] } })
  }

  /** @param parameter that contains the id */
  async get(owners: Owners, executionId: string, parameter = 'executionId'): Promise<Execution> {
    const ownerId = { $in: [...toOwnerIds(owners)] }
    const found = isUuid(executionId) && (await this.#parts.database.fork().findOne(Execution, { id: executionId, ownerId }))
    if (found) return found
    throw executionNotFound(parameter)
  }

  find(owners: Owners, ids: readonly string[]): ReturnType<Executions['find']> {
    return findExecutions(this.#parts.database.pool, owners, ids)
  }

  findValues(owners: Owners, field: 'inputs' | 'outputs', ids: readonly string[]): ReturnType<Executions['findValues']> {
    return findValues(this.#parts.database.pool, owners, field, ids)
  }

  httpExchanges(...[owners, executionIds, request]: Parameters<Executions['httpExchanges']>) {
    return listExchanges(this.#parts.database.pool, owners, executionIds, request)
  }

  usageOf(owners: Owners, ids: readonly string[]): Promise<Map<string, ModelUsage[]>> {
    return sumUsage(this.#parts.database.pool, owners, ids)
  }

  list(ownerId: string, request: ExecutionRequest): ReturnType<Executions['list']> {
    return listExecutions(this.#parts.database.pool, ownerId, request)
  }

  listOfOwners(ownerIds: readonly string[], request: ExecutionRequest): ReturnType<Executions['listOfOwners']> {
    return listExecutionsOfOwners(this.#parts.database.pool, ownerIds, request)
  }

  listOfGraphs(owners: Owners, graphIds: readonly string[], request: ExecutionRequest): ReturnType<Executions['listOfGraphs']> {
    return listExecutionsOfGraphs(this.#parts.database.pool, owners, graphIds, request)
  }

  async follow(owners: Owners, executionId: string, after: number, tag?: string): Promise<AsyncGenerator<FollowedEvent, void>> {
    const execution = (await this.find(owners, [executionId])).get(executionId)
    if (!execution) throw executionNotFound('executionId')
    const isWanted = tag === undefined ? undefined : await this.#views.createEventFilter(execution, tag)
    const sources = { pool: this.#parts.database.pool, news: this.#news, deltas: this.#deltas }
    const events = followEvents(sources, executionId, after)
    return isWanted ? filterFollowed(events, isWanted) : events
  }

  followAll(...args: Parameters<ExecutionChanges['follow']>): ReturnType<ExecutionChanges['follow']> {
    return this.#changes.follow(...args)
  }

  async waitForEnd(owners: Owners, executionId: string, waitMs: number): Promise<ExecutionSummary> {
    const parts = { pool: this.#parts.database.pool, news: this.#news }
    const execution = await waitForEnd(parts, owners, executionId, waitMs)
    if (execution) return execution
    throw executionNotFound('executionId')
  }

  async diff(owners: Owners, a: string, b: string): Promise<ExecutionDiff> {
    return this.#views.diff(await this.get(owners, a, 'a'), await this.get(owners, b, 'b'))
  }

  async #continue(
    { id, ownerId, versionId, inputs, masks, recordsHttp }: Execution,
    events: ExecutionEvent[],
  ): Promise<Execution> {
    this.#parts.quotas.refuseRepeated(ownerId)
    const version = (await this.#parts.graphs.findPinnedVersions([versionId])).get(versionId)
    if (!version) throw new Error(`execution ${id} has no version`)
    return this.#starter.add({ ownerId, version, inputs, masks: masks ?? undefined, recordsHttp, origin: { id, events } })
  }

  async #planOrThrow(versionId: string): Promise<Plan> {
    const plan = (await this.#parts.plans.load([versionId])).get(versionId)
    if (!plan || plan instanceof AshlarError) throw plan ?? new Error(`no plan for version ${versionId}`)
    return plan
  }
}

/** Also the error for an execution of another owner. @param parameter that contains the id */
export function executionNotFound(parameter: string): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no execution with this id', { details: { path: [parameter] } })
}

function assertPriority(priority = 0): void {
  if (Number.isInteger(priority) && Math.abs(priority) <= MAX_PRIORITY) return
  const message = `priority must be an integer from -${MAX_PRIORITY} to ${MAX_PRIORITY}, got ${priority}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['priority'] } })
}
