import { listCapabilities } from '../../capabilities/index.ts'
import { isUuid, toOwnerIds, AshlarError, type Fault, type Owners, type Page, type PageRequest } from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import { diffDocuments, type DocumentDiff } from '../../engine/graph/index.ts'
import { graphNotFound } from './active-versions.ts'
import { checkDocument, keepSettings, type CheckedDocument } from './document-check.ts'
import { Graph, GraphVersion } from './entities.ts'
import { deleteGraphs } from './delete-graphs.ts'
import { parseDetails, type GraphChanges } from './graph-details.ts'
import {
  listGraphs,
  listVersions,
  type GraphFilter,
  type GraphOrderField,
  type VersionFilter,
  type VersionOrderField,
} from './graph-lists.ts'
import { loadPinnedBlocks } from './pinned-blocks.ts'
import { assertRunnable } from './missing-blocks.ts'
import { addGraph, addVersion, assertRoom, type GraphQuota } from './save-graphs.ts'
import { loadVersions } from './sub-graphs.ts'
import { createVersionReader, type VersionReader } from './version-reader.ts'

export interface NewGraph extends GraphChanges {
  name: string
  /** Not yet validated. */
  document: unknown
}

/** The graphs of accounts. A graph of another owner is treated as one that does not exist. */
export interface Graphs {
  /** @throws {AshlarError} BAD_INPUT GRAPH_INVALID QUOTA_EXCEEDED */
  create(ownerId: string, graph: NewGraph): Promise<Graph>
  /** Changes the given fields. @throws {AshlarError} NOT_FOUND BAD_INPUT */
  update(ownerId: string, graphId: string, changes: GraphChanges): Promise<Graph>
  /**
   * Adds a version and makes it the active one. A document without `pairing` or `origin` keeps that of the version
   * `basedOn`.
   *
   * @param basedOn number of the version that was edited. It must be the newest version.
   * @throws {AshlarError} NOT_FOUND BAD_INPUT GRAPH_INVALID VERSION_CONFLICT
   */
  saveVersion(ownerId: string, graphId: string, basedOn: number, document: unknown): Promise<GraphVersion>
  /** @throws {AshlarError} NOT_FOUND */
  activate(ownerId: string, graphId: string, number: number): Promise<Graph>
  /**
   * Deletes all of the graphs, or none if one does not exist. Their executions remain readable.
   *
   * @param graphIds at most 100
   * @returns each deleted graph once, in the order of `graphIds`
   * @throws {AshlarError} BAD_INPUT NOT_FOUND with the path of the first unknown id: `['graphIds', index]`
   */
  delete(owners: Owners, graphIds: readonly string[]): Promise<Graph[]>
  /**
   * Creates a new graph with the same document.
   *
   * @param options.name of the new graph. @default that of the graph, with "(copy)"
   * @param options.newOwnerId the account of the new graph. @default ownerId
   * @throws {AshlarError} NOT_FOUND BAD_INPUT GRAPH_INVALID QUOTA_EXCEEDED
   */
  fork(ownerId: string, graphId: string, options?: ForkOptions): Promise<Graph>
  /** Lists the graphs of each owner. */
  list(ownerIds: readonly string[], request: PageRequest<GraphFilter, GraphOrderField>): Promise<Map<string, Page<Graph>>>
  find(owners: Owners, ids: readonly string[]): Promise<Map<string, Graph>>
  /** @throws {AshlarError} NOT_FOUND */
  get(ownerId: string, graphId: string): Promise<Graph>
  /** Lists the versions of each graph. The page of a graph of another owner is empty. */
  versionsOf(
    owners: Owners,
    graphIds: readonly string[],
    request: PageRequest<VersionFilter, VersionOrderField>,
  ): Promise<Map<string, Page<GraphVersion>>>
  findVersions(owners: Owners, ids: readonly string[]): Promise<Map<string, GraphVersion>>
  /** See {@link VersionReader.findPinned}. */
  findPinnedVersions(ids: readonly string[]): Promise<Map<string, GraphVersion>>
  /** @throws {AshlarError} NOT_FOUND */
  getVersion(ownerId: string, graphId: string, number: number): Promise<GraphVersion>
  /**
   * Compares the documents of two versions, of the same or of different graphs.
   *
   * @throws {AshlarError} NOT_FOUND with the path `['a']` or `['b']`
   */
  diffVersions(owners: Owners, a: string, b: string): Promise<DocumentDiff>
  /** Returns every fault. Saves nothing. */
  validate(ownerId: string, document: unknown): Promise<Fault[]>
  /**
   * Returns the version that an execution runs: the version with this number, otherwise the active one.
   *
   * @throws {AshlarError} NOT_FOUND
   */
  versionToRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion>
  /**
   * Checks that every block of a version and of the graphs that it runs is installed.
   *
   * @throws {AshlarError} BLOCK_UNAVAILABLE which names the missing blocks
   */
  assertRunnable(version: GraphVersion): Promise<void>
  /** The capabilities of the blocks of a version, without duplicates. */
  capabilities(version: GraphVersion): Promise<{ kind: string; detail: string }[]>
  /** Saves a version without a graph, for the single block of `runBlock`. */
  createStandalone(ownerId: string, document: unknown): Promise<GraphVersion>
}

interface ForkOptions {
  name?: string | undefined
  newOwnerId?: string | undefined
}

export function createGraphs(database: Database, plugins: PluginRegistry, quotas: GraphQuota): Graphs {
  return new GraphService(database, plugins, quotas)
}

class GraphService implements Graphs {
  readonly #database: Database
  readonly #plugins: PluginRegistry
  readonly #quotas: GraphQuota
  readonly #versions: VersionReader

  constructor(database: Database, plugins: PluginRegistry, quotas: GraphQuota) {
    this.#database = database
    this.#quotas = quotas
    this.#plugins = plugins
    this.#versions = createVersionReader(database)
  }

  create(ownerId: string, graph: NewGraph): Promise<Graph> {
    return this.#create(ownerId, graph)
  }

  async update(ownerId: string, graphId: string, changes: GraphChanges): Promise<Graph> {
    const details = parseDetails(changes)
    return this.#change(ownerId, graphId, details)
  }

  async saveVersion(ownerId: string, graphId: string, basedOn: number, document: unknown): Promise<GraphVersion> {
    await this.get(ownerId, graphId)
    const edited = await this.#database.fork().findOne(GraphVersion, { graphId, number: basedOn })
    const checked = await this.#check(ownerId, keepSettings(document, edited))
    return this.#database.fork().transactional(async (em) => {
      // The row lock serializes concurrent saves of one graph.
      const graph = await em.findOneOrFail(Graph, { id: graphId }, { lockMode: 4 })
      const newest = await em.findOne(GraphVersion, { graphId }, { orderBy: { number: 'desc' } })
      if (newest?.number !== basedOn) {
        const message = `the newest version is ${newest?.number}, but the document is based on version ${basedOn}: load the newest version and apply the change to it`
        throw new AshlarError('VERSION_CONFLICT', message, { details: { path: ['basedOn'], newest: newest?.number } })
      }
      const version = addVersion(em, { ownerId, graphId, number: basedOn + 1 }, checked)
      graph.activeVersionId = version.id
      graph.updatedAt = version.createdAt
      return version
    })
  }

  async activate(ownerId: string, graphId: string, number: number): Promise<Graph> {
    const { id } = await this.getVersion(ownerId, graphId, number)
    return this.#change(ownerId, graphId, { activeVersionId: id })
  }

  delete(owners: Owners, graphIds: readonly string[]): Promise<Graph[]> {
    return deleteGraphs(this.#database, owners, graphIds)
  }

  async fork(ownerId: string, graphId: string, { name, newOwnerId = ownerId }: ForkOptions = {}): Promise<Graph> {
    const graph = await this.get(ownerId, graphId)
    const { description, labels, activeVersionId } = graph
    const version = (await this.findVersions(ownerId, [activeVersionId])).get(activeVersionId)
    if (!version) throw new Error(`there is no graph version ${activeVersionId}`)
    const copy = { name: name ?? `${graph.name} (copy)`, description, labels, document: version.document }
    return this.#create(newOwnerId, copy, activeVersionId)
  }

  list(ownerIds: readonly string[], request: PageRequest<GraphFilter, GraphOrderField>): Promise<Map<string, Page<Graph>>> {
    return listGraphs(this.#database, ownerIds, request)
  }

  async find(owners: Owners, ids: readonly string[]): Promise<Map<string, Graph>> {
    const em = this.#database.fork()
    const ownerId = { $in: [...toOwnerIds(owners)] }
    const found = await em.find(Graph, { id: { $in: ids.filter(isUuid) }, ownerId, deletedAt: null })
    return new Map(found.map((graph) => [graph.id, graph]))
  }

  async get(ownerId: string, graphId: string): Promise<Graph> {
    const graph = (await this.find(ownerId, [graphId])).get(graphId)
    if (!graph) throw graphNotFound()
    return graph
  }

  versionsOf(
    owners: Owners,
    graphIds: readonly string[],
    request: PageRequest<VersionFilter, VersionOrderField>,
  ): Promise<Map<string, Page<GraphVersion>>> {
    return listVersions(this.#database, owners, graphIds, request)
  }

  findVersions(owners: Owners, ids: readonly string[]): Promise<Map<string, GraphVersion>> {
    return this.#versions.find(owners, ids)
  }

  findPinnedVersions(ids: readonly string[]): Promise<Map<string, GraphVersion>> {
    return this.#versions.findPinned(ids)
  }

  getVersion(ownerId: string, graphId: string, number: number): Promise<GraphVersion> {
    return this.#versions.get(ownerId, graphId, number)
  }

  async diffVersions(owners: Owners, a: string, b: string): Promise<DocumentDiff> {
    const versions = await this.findVersions(owners, [a, b])
    const [before, after] = [versions.get(a), versions.get(b)]
    if (before && after) return diffDocuments(before.document, after.document)
    throw new AshlarError('NOT_FOUND', 'there is no graph version with this id', { details: { path: [before ? 'b' : 'a'] } })
  }

  versionToRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion> {
    return this.#versions.toRun(ownerId, graphId, number)
  }

  assertRunnable(version: GraphVersion): Promise<void> {
    return assertRunnable(version, (ids) => this.#versions.findPinned(ids))
  }

  async capabilities({ blocks }: GraphVersion): Promise<{ kind: string; detail: string }[]> {
    const pinned = await loadPinnedBlocks(blocks, this.#plugins)
    const all = [...pinned.values()].flatMap((block) => listCapabilities(block.capabilities))
    return [...new Map(all.map((each) => [`${each.kind} ${each.detail}`, each])).values()]
  }

  async validate(ownerId: string, document: unknown): Promise<Fault[]> {
    try {
      await this.#check(ownerId, document)
      return []
    } catch (error) {
      if (error instanceof AshlarError && error.details.faults) return [...error.details.faults]
      throw error
    }
  }

  async createStandalone(ownerId: string, document: unknown): Promise<GraphVersion> {
    const em = this.#database.fork()
    const version = addVersion(em, { ownerId, graphId: null, number: 1 }, await this.#check(ownerId, document))
    await em.flush()
    return version
  }

  async #check(ownerId: string, document: unknown): Promise<CheckedDocument> {
    const plugins = await this.#plugins.forAccount(ownerId)
    return checkDocument(document, { plugins, load: loadVersions(this.#versions, ownerId) })
  }

  async #create(ownerId: string, { document, ...given }: NewGraph, forkedFromId: string | null = null): Promise<Graph> {
    const checked = await this.#check(ownerId, document)
    return this.#database.fork().transactional(async (em) => {
      await assertRoom(em, this.#quotas, ownerId, 1)
      return addGraph(em, ownerId, { ...given, checked, forkedFromId }).graph
    })
  }

  async #change(ownerId: string, graphId: string, changes: Partial<Graph>): Promise<Graph> {
    const em = this.#database.fork()
    const graph = isUuid(graphId) ? await em.findOne(Graph, { id: graphId, ownerId, deletedAt: null }) : null
    if (!graph) throw graphNotFound()
    Object.assign(graph, changes, { updatedAt: new Date() })
    await em.flush()
    return graph
  }
}
