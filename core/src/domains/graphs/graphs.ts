import { randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import { listCapabilities } from '../../capabilities/index.ts'
import {
  Batcher,
  Lru,
  isText,
  isUuid,
  AshlarError,
  describeIssues,
  showFaults,
  type Fault,
  toOldPage,
  type OldPage,
  type OldPageRequest,
} from '../../base/index.ts'
import type { Database } from '../../postgres/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import {
  assertFaultless,
  assertSmall,
  findFaults,
  type GraphDocument,
  type GraphNode,
  toInterface,
  readDocument,
} from '../../engine/graph/index.ts'
import { Graph, GraphVersion, type PinnedBlocks } from './entities.ts'
import { findActiveVersions, graphNotFound, type OwnedGraph } from './active-versions.ts'
import { blockWithPins, loadVersions, resolveSubGraphs, type SubGraphs } from './sub-graphs.ts'

interface NewGraph {
  name: string
  description?: string | undefined
  /** Not yet validated: see {@link GraphDocument}. */
  document: unknown
}

/** The graphs of users. A graph of another user is treated as one that does not exist. */
export interface Graphs {
  /** @throws {AshlarError} BAD_INPUT GRAPH_INVALID */
  create(ownerId: string, graph: NewGraph): Promise<Graph>
  /**
   * Adds a version and makes it the active one.
   *
   * @param basedOn number of the version that was edited. It must be the newest version.
   * @throws {AshlarError} NOT_FOUND BAD_INPUT GRAPH_INVALID VERSION_CONFLICT
   */
  saveVersion(ownerId: string, graphId: string, basedOn: number, document: unknown): Promise<GraphVersion>
  /** @throws {AshlarError} NOT_FOUND */
  activate(ownerId: string, graphId: string, number: number): Promise<Graph>
  /** Deletes the graph. Its executions remain readable. @throws {AshlarError} NOT_FOUND */
  delete(ownerId: string, graphId: string): Promise<Graph>
  /** Creates a new graph with the same document. @throws {AshlarError} NOT_FOUND */
  fork(ownerId: string, graphId: string, name?: string): Promise<Graph>
  /** Sorted by id, newest first. */
  list(ownerId: string, page: OldPageRequest): Promise<OldPage<Graph>>
  find(ownerId: string, ids: readonly string[]): Promise<Map<string, Graph>>
  /** @throws {AshlarError} NOT_FOUND */
  get(ownerId: string, graphId: string): Promise<Graph>
  versions(ownerId: string, graphId: string, page: OldPageRequest): Promise<OldPage<GraphVersion>>
  findVersions(ownerId: string, ids: readonly string[]): Promise<Map<string, GraphVersion>>
  /** @throws {AshlarError} NOT_FOUND */
  getVersion(ownerId: string, graphId: string, number: number): Promise<GraphVersion>
  /** Returns every fault. Saves nothing. */
  validate(ownerId: string, document: unknown): Promise<Fault[]>
  /**
   * Creates a graph from an exported file: `{ name, description?, document }`.
   *
   * @throws {AshlarError} BAD_INPUT GRAPH_INVALID
   */
  import(ownerId: string, file: unknown): Promise<Graph>
  /**
   * Returns the version that an execution runs: the version with this number, otherwise the active one.
   *
   * @throws {AshlarError} NOT_FOUND
   */
  versionToRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion>
  /** The capabilities of the blocks of a version, without duplicates. */
  capabilities(version: GraphVersion): Promise<{ kind: string; detail: string }[]>
  /** Saves a version without a graph, for the single block of `runBlock`. */
  createStandalone(ownerId: string, document: unknown): Promise<GraphVersion>
}

export function createGraphs(database: Database, plugins: PluginRegistry): Graphs {
  return new GraphService(database, plugins)
}

const exportSchema = z.object({ name: z.string(), description: z.string().optional(), document: z.unknown() })

const MAX_CACHED = 200

class GraphService implements Graphs {
  readonly #fork: () => EntityManager
  readonly #plugins: PluginRegistry
  readonly #active: Batcher<OwnedGraph, string>
  /** Recently executed versions. A version never changes. */
  readonly #cached = new Lru<string, Promise<GraphVersion | undefined>>(MAX_CACHED)

  constructor({ fork, pool }: Database, plugins: PluginRegistry) {
    this.#fork = fork
    this.#plugins = plugins
    this.#active = new Batcher<OwnedGraph, string>(500, (set) => findActiveVersions(pool, set))
  }

  create(ownerId: string, graph: NewGraph): Promise<Graph> {
    return this.#create(ownerId, graph)
  }

  async saveVersion(ownerId: string, graphId: string, basedOn: number, document: unknown): Promise<GraphVersion> {
    await this.get(ownerId, graphId)
    const parsed = await this.#check(ownerId, document)
    return this.#fork().transactional(async (em) => {
      // The row lock serializes concurrent saves of one graph.
      const graph = await em.findOneOrFail(Graph, { id: graphId }, { lockMode: 4 })
      const newest = await em.findOne(GraphVersion, { graphId }, { orderBy: { number: 'desc' } })
      if (newest?.number !== basedOn) {
        const message = `the newest version is ${newest?.number}, but the document is based on version ${basedOn}: load the newest version and apply the change to it`
        throw new AshlarError('VERSION_CONFLICT', message, { details: { path: ['basedOn'], newest: newest?.number } })
      }
      const version = this.#version(em, ownerId, graphId, basedOn + 1, parsed)
      graph.activeVersionId = version.id
      graph.updatedAt = version.createdAt
      return version
    })
  }

  async activate(ownerId: string, graphId: string, number: number): Promise<Graph> {
    const version = await this.getVersion(ownerId, graphId, number)
    return this.#change(ownerId, graphId, (graph) => (graph.activeVersionId = version.id))
  }

  delete(ownerId: string, graphId: string): Promise<Graph> {
    return this.#change(ownerId, graphId, (graph) => (graph.deletedAt = new Date()))
  }

  async fork(ownerId: string, graphId: string, name?: string): Promise<Graph> {
    const graph = await this.get(ownerId, graphId)
    const versions = await this.findVersions(ownerId, [graph.activeVersionId])
    const document = versions.get(graph.activeVersionId)?.document
    return this.#create(
      ownerId,
      { name: name ?? `${graph.name} (copy)`, description: graph.description, document },
      graph.activeVersionId,
    )
  }

  async list(ownerId: string, { first, after }: OldPageRequest): Promise<OldPage<Graph>> {
    const em = this.#fork()
    const where = { ownerId, deletedAt: null }
    const items = await em.find(
      Graph,
      { ...where, ...(after && { id: { $lt: after } }) },
      { orderBy: { id: 'desc' }, limit: first + 1 },
    )
    return toOldPage(items, first, await em.count(Graph, where))
  }

  async find(ownerId: string, ids: readonly string[]): Promise<Map<string, Graph>> {
    const found = await this.#fork().find(Graph, { id: { $in: ids.filter(isUuid) }, ownerId, deletedAt: null })
    return new Map(found.map((graph) => [graph.id, graph]))
  }

  async get(ownerId: string, graphId: string): Promise<Graph> {
    const graph = (await this.find(ownerId, [graphId])).get(graphId)
    if (!graph) throw graphNotFound()
    return graph
  }

  async versions(ownerId: string, graphId: string, { first, after }: OldPageRequest): Promise<OldPage<GraphVersion>> {
    const em = this.#fork()
    const where = { ownerId, graphId }
    const items = await em.find(
      GraphVersion,
      { ...where, ...(after && { id: { $lt: after } }) },
      { orderBy: { id: 'desc' }, limit: first + 1 },
    )
    return toOldPage(items, first, await em.count(GraphVersion, where))
  }

  async findVersions(ownerId: string, ids: readonly string[]): Promise<Map<string, GraphVersion>> {
    const found = await this.#fork().find(GraphVersion, { id: { $in: ids.filter(isUuid) }, ownerId })
    return new Map(found.map((version) => [version.id, version]))
  }

  async getVersion(ownerId: string, graphId: string, number: number): Promise<GraphVersion> {
    await this.get(ownerId, graphId)
    const version = await this.#fork().findOne(GraphVersion, { ownerId, graphId, number })
    if (!version) throw new AshlarError('NOT_FOUND', `this graph has no version ${number}`, { details: { path: ['version'] } })
    return version
  }

  async versionToRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion> {
    if (number !== undefined) return this.getVersion(ownerId, graphId, number)
    const versionId = await this.#active.add({ ownerId, graphId })
    const version = await (this.#cached.get(versionId) ?? this.#cache(ownerId, versionId))
    if (!version) throw new Error(`graph ${graphId} has no active version`)
    return version
  }

  /** Concurrent callers share one query per version. */
  #cache(ownerId: string, versionId: string): Promise<GraphVersion | undefined> {
    const found = this.findVersions(ownerId, [versionId]).then((versions) => versions.get(versionId))
    found.catch(() => this.#cached.delete(versionId))
    this.#cached.set(versionId, found)
    return found
  }

  async capabilities({ blocks }: GraphVersion): Promise<{ kind: string; detail: string }[]> {
    const pinned = await Promise.all(Object.values(blocks).map(({ digest, id }) => this.#plugins.pinned(digest, id)))
    const all = pinned.flatMap((block) => (block ? listCapabilities(block.capabilities) : []))
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

  async import(ownerId: string, file: unknown): Promise<Graph> {
    const parsed = exportSchema.safeParse(file)
    if (parsed.success) return this.#create(ownerId, parsed.data)
    const faults = describeIssues(parsed.error, file)
    const message = `the file is not an exported graph, { name, description?, document }: ${showFaults(faults)}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['file'], faults } })
  }

  async createStandalone(ownerId: string, document: unknown): Promise<GraphVersion> {
    const em = this.#fork()
    const version = this.#version(em, ownerId, null, 1, await this.#check(ownerId, document))
    await em.flush()
    return version
  }

  /** @throws {AshlarError} BAD_INPUT GRAPH_INVALID */
  async #check(ownerId: string, document: unknown): Promise<CheckedDocument> {
    assertSmall(document)
    const read = readDocument(document)
    const nodes = read.nodes.flatMap(({ node }) => node ?? [])
    const subGraphs = await resolveSubGraphs(nodes, (reference) => this.#plugins.block(reference), loadVersions(this, ownerId))
    const faults = findFaults(read, (node) => this.#findBlock(node, subGraphs))
    return { document: assertFaultless(read, [...read.faults, ...faults, ...subGraphs.faults]), subGraphs }
  }

  #findBlock(node: GraphNode, { versions }: SubGraphs): Block | undefined {
    const block = this.#plugins.block(node.block)
    return block && blockWithPins(block, node, versions.get(node.id))
  }

  async #create(ownerId: string, { name, description, document }: NewGraph, forkedFromId: string | null = null): Promise<Graph> {
    const parsed = await this.#check(ownerId, document)
    assertNamed(name, description ?? '')
    const em = this.#fork()
    const id = randomUUIDv7()
    const version = this.#version(em, ownerId, id, 1, parsed)
    const at = version.createdAt
    const graph = em.create(Graph, {
      id,
      ownerId,
      name,
      description: description ?? '',
      activeVersionId: version.id,
      forkedFromId,
      createdAt: at,
      updatedAt: at,
    })
    await em.flush()
    return graph
  }

  #version(
    em: EntityManager,
    ownerId: string,
    graphId: string | null,
    number: number,
    { document, subGraphs }: CheckedDocument,
  ): GraphVersion {
    const blocks: PinnedBlocks = {}
    for (const { block: reference } of document.nodes) {
      const block = this.#plugins.block(reference)
      if (block) blocks[reference] = { digest: block.plugin.bundle.digest, id: block.id }
    }
    const children = Object.fromEntries([...subGraphs.versions].map(([node, { id }]) => [node, id]))
    const found = toInterface(document, (node) => this.#findBlock(node, subGraphs))
    const identity = { id: randomUUIDv7(), graphId, ownerId, number }
    return em.create(GraphVersion, { ...identity, document, blocks, children, createdAt: new Date(), ...found })
  }

  async #change(ownerId: string, graphId: string, change: (graph: Graph) => void): Promise<Graph> {
    const em = this.#fork()
    const graph = isUuid(graphId) ? await em.findOne(Graph, { id: graphId, ownerId, deletedAt: null }) : null
    if (!graph) throw graphNotFound()
    change(graph)
    graph.updatedAt = new Date()
    await em.flush()
    return graph
  }
}

interface CheckedDocument {
  document: GraphDocument
  subGraphs: SubGraphs
}

function assertNamed(name: string, description: string): void {
  if (name.trim() === '' || name.length > 200)
    throw new AshlarError('BAD_INPUT', 'name must have 1 to 200 characters', { details: { path: ['name'] } })
  for (const [field, value] of Object.entries({ name, description }))
    if (!isText(value))
      throw new AshlarError('BAD_INPUT', `${field} must not contain U+0000 or an unpaired surrogate`, {
        details: { path: [field] },
      })
}
