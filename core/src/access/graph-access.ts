import type { Fault, Page, PageRequest } from '../base/index.ts'
import {
  accountNotFound,
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
  graphNotFound,
  type Graph,
  type GraphChanges,
  type GraphFilter,
  type GraphOrderField,
  type Graphs,
  type GraphVersion,
  type GraphWarnings,
  type NewGraph,
  type Upgrades,
  type VersionFilter,
  type VersionOrderField,
} from '../domains/graphs/index.ts'
import type { GraphTransfers } from '../domains/graphs/transfer/index.ts'
import type { ExportedGraph, ImportReport, Interchange } from '../domains/graphs/interchange/index.ts'
import type { DocumentDiff, GraphConversion } from '../engine/graph/index.ts'

/** The services of the domain of graphs. */
export interface GraphServices {
  graphs: Graphs
  /** Gives graphs to other accounts. */
  graphTransfers: GraphTransfers
  graphWarnings: GraphWarnings
  /** Imports and exports graphs. */
  interchange: Interchange
  /** Moves graphs to the installed plugins. */
  upgrades: Upgrades
}

const NO_ITEMS = { items: [], hasMore: false }

const READ: Need = { role: 'VIEWER', purpose: 'read graphs' }
const WRITE: Need = { role: 'EDITOR', purpose: 'change graphs' }

const TRANSFER: Need = { role: 'ADMIN', purpose: 'transfer graphs' }

/** The graphs that a caller may read and change: see {@link Graphs} for each method. */
export class GraphAccess {
  readonly #services: GraphServices
  readonly #caller: Caller

  constructor(services: GraphServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  async create({ accountId, ...graph }: NewGraph & InAccount): Promise<Graph> {
    return this.#services.graphs.create(this.#accountToChange(accountId), graph)
  }

  async import({ accountId, ...request }: Parameters<Interchange['import']>[1] & InAccount): Promise<ImportReport> {
    return this.#services.interchange.import(this.#accountToChange(accountId), request)
  }

  /** @param copy.accountId the account of the new graph. @default that of the graph */
  async fork(graphId: string, { accountId, name }: { name?: string | undefined } & InAccount): Promise<Graph> {
    this.#assertMayWrite()
    const ownerId = await this.#ownerOf(graphId, READ)
    return this.#services.graphs.fork(ownerId, graphId, { name, newOwnerId: this.#accountToChange(accountId ?? ownerId) })
  }

  async update(graphId: string, changes: GraphChanges): Promise<Graph> {
    return this.#services.graphs.update(await this.#ownerToChange(graphId), graphId, changes)
  }

  /** Returns the graph with its new version. */
  async saveVersion(graphId: string, basedOn: number, document: unknown): Promise<{ graph: Graph; version: GraphVersion }> {
    const ownerId = await this.#ownerToChange(graphId)
    const version = await this.#services.graphs.saveVersion(ownerId, graphId, basedOn, document)
    return { graph: await this.#services.graphs.get(ownerId, graphId), version }
  }

  async activate(graphId: string, number: number): Promise<Graph> {
    return this.#services.graphs.activate(await this.#ownerToChange(graphId), graphId, number)
  }

  /** Returns the graph with its active version. */
  async upgrade(graphId: string): Promise<{ graph: Graph; version: GraphVersion }> {
    const ownerId = await this.#ownerToChange(graphId)
    const graph = await this.#services.upgrades.upgrade(ownerId, graphId)
    const version = (await this.#services.graphs.findVersions(ownerId, [graph.activeVersionId])).get(graph.activeVersionId)
    if (!version) throw new Error(`there is no graph version ${graph.activeVersionId}`)
    return { graph, version }
  }

  async delete(graphIds: readonly string[]): Promise<Graph[]> {
    this.#assertMayWrite()
    const found = await this.#services.graphs.find(accountsOf(this.#caller), graphIds)
    for (const { ownerId } of found.values()) assertRole(this.#caller, ownerId, WRITE, graphNotFound)
    const owners = accountsOf(this.#caller).filter((accountId) => hasRole(this.#caller, accountId, WRITE.role))
    return this.#services.graphs.delete(owners, graphIds)
  }

  /** Gives a graph to another account. Requires the role ADMIN in both. @returns the graphs that were transferred */
  async transfer(graphId: string, accountId: string): Promise<Graph[]> {
    this.#assertMayWrite()
    const ownerId = await this.#ownerOf(graphId, TRANSFER)
    assertRole(this.#caller, accountId, TRANSFER, accountNotFound)
    const ids = await this.#services.graphTransfers.transfer({ graphId, ownerId, newOwnerId: accountId })
    const graphs = await this.#services.graphs.find(accountId, ids)
    return ids.flatMap((id) => graphs.get(id) ?? [])
  }

  async export(graphId: string, request: Parameters<Interchange['export']>[2]): Promise<ExportedGraph> {
    requireScope(this.#caller, 'READ_GRAPHS')
    return this.#services.interchange.export(await this.#ownerOf(graphId, READ), graphId, request)
  }

  async list({ accountId, ...request }: PageRequest<GraphFilter, GraphOrderField> & InAccount): Promise<Page<Graph>> {
    requireScope(this.#caller, 'READ_GRAPHS')
    const chosen = chooseAccount(this.#caller, accountId, READ)
    return (await this.listOfAccounts([chosen], request)).get(chosen) ?? NO_ITEMS
  }

  /** An account that the caller may not use has an empty page. */
  async listOfAccounts(
    accountIds: readonly string[],
    request: PageRequest<GraphFilter, GraphOrderField>,
  ): Promise<Map<string, Page<Graph>>> {
    requireScope(this.#caller, 'READ_GRAPHS')
    const { graphIds } = this.#caller
    const filter = graphIds ? { ...request.filter, ids: [...graphIds] } : request.filter
    const readable = accountIds.filter((id) => hasRole(this.#caller, id, READ.role))
    const pages = await this.#services.graphs.list(readable, { ...request, filter })
    return new Map(accountIds.map((id) => [id, pages.get(id) ?? NO_ITEMS]))
  }

  async find(ids: readonly string[]): Promise<Map<string, Graph>> {
    requireScope(this.#caller, 'READ_GRAPHS')
    return this.#services.graphs.find(accountsOf(this.#caller), this.#reachable(ids))
  }

  async versionsOf(
    graphIds: readonly string[],
    request: PageRequest<VersionFilter, VersionOrderField>,
  ): Promise<Map<string, Page<GraphVersion>>> {
    requireScope(this.#caller, 'READ_GRAPHS')
    return this.#services.graphs.versionsOf(accountsOf(this.#caller), this.#reachable(graphIds), request)
  }

  async findVersions(ids: readonly string[]): Promise<Map<string, GraphVersion>> {
    requireScope(this.#caller, 'READ_GRAPHS')
    const found = await this.#services.graphs.findVersions(accountsOf(this.#caller), ids)
    return new Map([...found].filter(([, { graphId }]) => reachesGraph(this.#caller, graphId)))
  }

  async diffVersions(a: string, b: string): Promise<DocumentDiff> {
    const visible = await this.findVersions([a, b])
    // A version that is not visible is reported like an unknown one.
    const owners = [...new Set([...visible.values()].map(({ ownerId }) => ownerId))]
    const [first, second] = [a, b].map((id) => (visible.has(id) ? id : ''))
    return this.#services.graphs.diffVersions(owners, first ?? '', second ?? '')
  }

  async validate(document: unknown, accountId?: string): Promise<Fault[]> {
    return this.#services.graphs.validate(this.#accountToCheckIn(accountId), document)
  }

  async warningsOf(document: unknown, accountId?: string): Promise<Fault[]> {
    return this.#services.graphWarnings.ofDocument(this.#accountToCheckIn(accountId), document)
  }

  async conversionsOf(document: unknown, accountId?: string): Promise<GraphConversion[]> {
    return this.#services.graphWarnings.conversionsOf(this.#accountToCheckIn(accountId), document)
  }

  /** A document can run other graphs of the account, so that a key for single graphs cannot check documents. */
  #accountToCheckIn(accountId: string | undefined): string {
    requireScope(this.#caller, 'READ_GRAPHS')
    requireAllGraphs(this.#caller, 'check documents')
    return chooseAccount(this.#caller, accountId, READ)
  }

  #accountToChange(accountId: string | undefined): string {
    this.#assertMayWrite()
    return chooseAccount(this.#caller, accountId, WRITE)
  }

  async #ownerToChange(graphId: string): Promise<string> {
    this.#assertMayWrite()
    return this.#ownerOf(graphId, WRITE)
  }

  #assertMayWrite(): void {
    requireScope(this.#caller, 'WRITE_GRAPHS')
    requireAllGraphs(this.#caller, WRITE.purpose)
  }

  /**
   * Returns the account of a graph. A caller with one account needs no statement: if the graph belongs to another one,
   * the service does not find it.
   */
  async #ownerOf(graphId: string, need: Need): Promise<string> {
    const [only, ...others] = accountsOf(this.#caller)
    if (!reachesGraph(this.#caller, graphId)) throw graphNotFound()
    const found = others.length === 0 ? undefined : await this.#services.graphs.find(accountsOf(this.#caller), [graphId])
    const ownerId = found ? found.get(graphId)?.ownerId : only
    if (ownerId === undefined) throw graphNotFound()
    assertRole(this.#caller, ownerId, need, graphNotFound)
    return ownerId
  }

  #reachable(graphIds: readonly string[]): readonly string[] {
    return graphIds.filter((id) => reachesGraph(this.#caller, id))
  }
}
