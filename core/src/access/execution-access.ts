import type { Page } from '../base/index.ts'
import {
  accountsOf,
  assertRole,
  chooseAccount,
  hasRole,
  reachesGraph,
  requireAllGraphs,
  requireScope,
  type Caller,
  type InAccount,
  type Need,
} from '../domains/accounts/index.ts'
import {
  executionNotFound,
  type BulkRequest,
  type BulkResult,
  type ExecutionFile,
  type ExecutionFileRequest,
  type ExecutionFiles,
  type ExecutionFilter,
  type ExecutionRequest,
  type Executions,
  type ExecutionSummary,
  type FileDownload,
  type NodeExecutionKey,
  type ReplayRequest,
  type StartRequest,
} from '../domains/executions/index.ts'
import { graphNotFound, type Graphs } from '../domains/graphs/index.ts'
import type { Execution } from '../runtime/lifecycle/index.ts'

export interface ExecutionServices {
  executions: Executions
  executionFiles: ExecutionFiles
  graphs: Graphs
}

const NO_ITEMS = { items: [], hasMore: false }

const READ: Need = { role: 'VIEWER', purpose: 'read executions' }
const RUN: Need = { role: 'EDITOR', purpose: 'run graphs' }

/** The executions that a caller may start, end and read: see {@link Executions} for each method. */
export class ExecutionAccess {
  readonly #services: ExecutionServices
  readonly #caller: Caller

  constructor(services: ExecutionServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  async start(request: StartRequest): Promise<Execution> {
    return this.#services.executions.start(await this.#ownerOfGraph(request.graphId), request, this.#caller.user.id)
  }

  /** Starts an execution and waits until it has finished or the time is over. */
  async run(request: StartRequest, waitMs: number): Promise<ExecutionSummary> {
    const ownerId = await this.#ownerOfGraph(request.graphId)
    const { id } = await this.#services.executions.start(ownerId, request, this.#caller.user.id)
    return this.#services.executions.waitForEnd(ownerId, id, waitMs)
  }

  async runBlock({ accountId, ...request }: Parameters<Executions['runBlock']>[1] & InAccount): Promise<Execution> {
    requireScope(this.#caller, 'EXECUTE')
    requireAllGraphs(this.#caller, 'run blocks')
    return this.#services.executions.runBlock(chooseAccount(this.#caller, accountId, RUN), request)
  }

  async retry(executionId: string): Promise<Execution> {
    return this.#services.executions.retry(await this.#ownerToRun(executionId), executionId)
  }

  async replay(request: ReplayRequest): Promise<Execution> {
    return this.#services.executions.replay(await this.#ownerToRun(request.executionId), request)
  }

  async cancel(executionId: string): Promise<Execution> {
    return this.#services.executions.cancel(await this.#ownerToRun(executionId), executionId)
  }

  async cancelAll({ accountId, ...request }: BulkRequest & InAccount): Promise<BulkResult> {
    requireScope(this.#caller, 'EXECUTE')
    return this.#services.executions.cancelAll(chooseAccount(this.#caller, accountId, RUN), this.#limitBulk(request))
  }

  async retryAll({ accountId, ...request }: BulkRequest & InAccount): Promise<BulkResult> {
    requireScope(this.#caller, 'EXECUTE')
    return this.#services.executions.retryAll(chooseAccount(this.#caller, accountId, RUN), this.#limitBulk(request))
  }

  async find(ids: readonly string[]): Promise<Map<string, ExecutionSummary>> {
    requireScope(this.#caller, 'READ_EXECUTIONS')
    const found = await this.#services.executions.find(accountsOf(this.#caller), ids)
    return new Map([...found].filter(([, { graphId }]) => reachesGraph(this.#caller, graphId)))
  }

  async list({ accountId, ...request }: ExecutionRequest & InAccount): Promise<Page<ExecutionSummary>> {
    requireScope(this.#caller, 'READ_EXECUTIONS')
    const ownerId = chooseAccount(this.#caller, accountId, READ)
    return this.#services.executions.list(ownerId, { ...request, filter: this.#limit(request.filter) })
  }

  /** An account that the caller may not use has an empty page. */
  async listOfAccounts(accountIds: readonly string[], request: ExecutionRequest): Promise<Map<string, Page<ExecutionSummary>>> {
    requireScope(this.#caller, 'READ_EXECUTIONS')
    const readable = accountIds.filter((id) => hasRole(this.#caller, id, READ.role))
    const limited = { ...request, filter: this.#limit(request.filter) }
    const pages = await this.#services.executions.listOfOwners(readable, limited)
    return new Map(accountIds.map((id) => [id, pages.get(id) ?? NO_ITEMS]))
  }

  async listOfGraphs(graphIds: readonly string[], request: ExecutionRequest): Promise<Map<string, Page<ExecutionSummary>>> {
    requireScope(this.#caller, 'READ_EXECUTIONS')
    const limited = { ...request, filter: this.#limit(request.filter) }
    return this.#services.executions.listOfGraphs(accountsOf(this.#caller), graphIds, limited)
  }

  async findValues(...[field, ids]: Tail<Executions['findValues']>): ReturnType<Executions['findValues']> {
    return this.#services.executions.findValues(...(await this.#toRead(ids, (visible) => [field, visible] as const)))
  }

  async usageOf(ids: readonly string[]): ReturnType<Executions['usageOf']> {
    return this.#services.executions.usageOf(...(await this.#toRead(ids, (visible) => [visible] as const)))
  }

  async nodeExecutionsOf(...[ids, request]: Tail<Executions['nodeExecutionsOf']>): ReturnType<Executions['nodeExecutionsOf']> {
    return this.#services.executions.nodeExecutionsOf(...(await this.#toRead(ids, (visible) => [visible, request] as const)))
  }

  async findNodeExecutions(keys: readonly NodeExecutionKey[]): ReturnType<Executions['findNodeExecutions']> {
    const ids = keys.map(({ executionId }) => executionId)
    const [owners, visible] = await this.#toRead(ids, (some) => [new Set(some)] as const)
    return this.#services.executions.findNodeExecutions(
      owners,
      keys.filter(({ executionId }) => visible.has(executionId)),
    )
  }

  async eventPages(...[ids, request]: Tail<Executions['eventPages']>): ReturnType<Executions['eventPages']> {
    return this.#services.executions.eventPages(...(await this.#toRead(ids, (visible) => [visible, request] as const)))
  }

  async scopePages(...[ids, request]: Tail<Executions['scopePages']>): ReturnType<Executions['scopePages']> {
    return this.#services.executions.scopePages(...(await this.#toRead(ids, (visible) => [visible, request] as const)))
  }

  async httpExchanges(...[ids, request]: Tail<Executions['httpExchanges']>): ReturnType<Executions['httpExchanges']> {
    return this.#services.executions.httpExchanges(...(await this.#toRead(ids, (visible) => [visible, request] as const)))
  }

  async files(executionIds: readonly string[], request: ExecutionFileRequest): Promise<Map<string, Page<ExecutionFile>>> {
    return this.#services.executionFiles.list(...(await this.#toRead(executionIds, (visible) => [visible, request] as const)))
  }

  /** @param file that {@link files} has returned */
  createDownload(file: ExecutionFile): FileDownload {
    return this.#services.executionFiles.createDownload(file.ownerId, file)
  }

  async diff(a: string, b: string): ReturnType<Executions['diff']> {
    const visible = await this.find([a, b])
    const unknown = [a, b].findIndex((id) => !visible.has(id))
    if (unknown >= 0) throw executionNotFound(unknown === 0 ? 'a' : 'b')
    return this.#services.executions.diff(accountsOf(this.#caller), a, b)
  }

  async follow(executionId: string, after: number, tag?: string): ReturnType<Executions['follow']> {
    const [owners, [visible = '']] = await this.#toRead([executionId], (some) => [some] as const)
    return this.#services.executions.follow(owners, visible, after, tag)
  }

  followAll(filter: ExecutionFilter, since?: Date, accountId?: string): ReturnType<Executions['followAll']> {
    requireScope(this.#caller, 'READ_EXECUTIONS')
    return this.#services.executions.followAll(chooseAccount(this.#caller, accountId, READ), this.#limit(filter), since)
  }

  /** Returns the arguments of a method that reads executions: the accounts, and those made from the visible ids. */
  async #toRead<Rest extends readonly unknown[]>(
    ids: readonly string[],
    toRest: (visible: readonly string[]) => Rest,
  ): Promise<[readonly string[], ...Rest]> {
    requireScope(this.#caller, 'READ_EXECUTIONS')
    const visible = this.#caller.graphIds ? [...(await this.find(ids)).keys()] : ids
    return [accountsOf(this.#caller), ...toRest(visible)]
  }

  /** Adds the graphs of the key to a filter. */
  #limit(filter: ExecutionFilter): ExecutionFilter {
    const { graphIds } = this.#caller
    if (!graphIds) return filter
    return { ...filter, graphIds: filter.graphIds ? filter.graphIds.filter((id) => graphIds.has(id)) : [...graphIds] }
  }

  /** An empty filter stays empty, because it is an error. */
  #limitBulk(request: BulkRequest): BulkRequest {
    const isEmpty = Object.values(request.filter).every((value) => value === undefined)
    return isEmpty ? request : { ...request, filter: this.#limit(request.filter) }
  }

  async #ownerOfGraph(graphId: string): Promise<string> {
    requireScope(this.#caller, 'EXECUTE')
    if (!reachesGraph(this.#caller, graphId)) throw graphNotFound()
    const accounts = accountsOf(this.#caller)
    const [only] = accounts
    const ownerId = accounts.length === 1 ? only : (await this.#services.graphs.find(accounts, [graphId])).get(graphId)?.ownerId
    if (ownerId === undefined) throw graphNotFound()
    assertRole(this.#caller, ownerId, RUN, graphNotFound)
    return ownerId
  }

  async #ownerToRun(executionId: string): Promise<string> {
    requireScope(this.#caller, 'EXECUTE')
    const notFound = () => executionNotFound('executionId')
    const found = (await this.#services.executions.find(accountsOf(this.#caller), [executionId])).get(executionId)
    if (!found || !reachesGraph(this.#caller, found.graphId)) throw notFound()
    assertRole(this.#caller, found.ownerId, RUN, notFound)
    return found.ownerId
  }
}

/** The parameters of a method after the first one. */
type Tail<Method extends (...args: never) => unknown> = Parameters<Method> extends [unknown, ...infer Rest] ? Rest : never
