import { randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import { listCapabilities } from '../../capabilities/index.ts'
import {
  Batcher,
  isText,
  isUuid,
  AshlarError,
  describeIssues,
  showFaults,
  type Fault,
  pageOf,
  type Page,
  type PageRequest,
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
  interfaceOf,
  readDocument,
} from '../../engine/graph/index.ts'
import { Graph, GraphVersion, type PinnedBlocks } from './entities.ts'
import { findActiveVersions, noGraph, type OwnedGraph } from './active-versions.ts'
import { blockWithPins, loadVersions, resolveSubGraphs, type SubGraphs } from './sub-graphs.ts'

interface NewGraph {
  name: string
  description?: string | undefined
  /** Unknown until it is parsed: see {@link GraphDocument}. */
  document: unknown
}

/** The graphs of users. A graph of somebody else answers like one that does not exist. */
export interface Graphs {
  /** @throws {AshlarError} BAD_INPUT GRAPH_INVALID */
  create(ownerId: string, graph: NewGraph): Promise<Graph>
  /**
   * Adds a version and makes it the active one.
   *
   * @param basedOn number of the version it was made from, which must be the newest
   * @throws {AshlarError} NOT_FOUND BAD_INPUT GRAPH_INVALID VERSION_CONFLICT
   */
  saveVersion(ownerId: string, graphId: string, basedOn: number, document: unknown): Promise<GraphVersion>
  /** @throws {AshlarError} NOT_FOUND */
  activate(ownerId: string, graphId: string, number: number): Promise<Graph>
  /** Its executions stay readable. @throws {AshlarError} NOT_FOUND */
  delete(ownerId: string, graphId: string): Promise<Graph>
  /** A graph of one's own with the same document. @throws {AshlarError} NOT_FOUND */
  fork(ownerId: string, graphId: string, name?: string): Promise<Graph>
  /** By id, newest first. */
  list(ownerId: string, page: PageRequest): Promise<Page<Graph>>
  find(ownerId: string, ids: readonly string[]): Promise<Map<string, Graph>>
  /** @throws {AshlarError} NOT_FOUND */
  get(ownerId: string, graphId: string): Promise<Graph>
  versions(ownerId: string, graphId: string, page: PageRequest): Promise<Page<GraphVersion>>
  findVersions(ownerId: string, ids: readonly string[]): Promise<Map<string, GraphVersion>>
  /** @throws {AshlarError} NOT_FOUND */
  versionNumbered(ownerId: string, graphId: string, number: number): Promise<GraphVersion>
  /** Every fault; nothing is saved. */
  validate(ownerId: string, document: unknown): Promise<Fault[]>
  /** Makes a graph of what an export wrote: `{ name, description?, document }`. @throws {AshlarError} BAD_INPUT GRAPH_INVALID */
  import(ownerId: string, file: unknown): Promise<Graph>
  /**
   * What an execution is to run: the version with this number, else the active one.
   *
   * @throws {AshlarError} NOT_FOUND
   */
  versionToRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion>
  /** What the blocks of a version may do beyond computing, each power once. */
  capabilitiesOf(version: GraphVersion): Promise<{ kind: string; detail: string }[]>
  /** A version without a graph, for the single block of `runBlock`. */
  createLoose(ownerId: string, document: unknown): Promise<GraphVersion>
}

export function createGraphs(database: Database, plugins: PluginRegistry): Graphs {
  return new GraphService(database, plugins)
}

const exportSchema = z.object({ name: z.string(), description: z.string().optional(), document: z.unknown() })

const MOST_KEPT = 200

class GraphService implements Graphs {
  readonly #fork: () => EntityManager
  readonly #plugins: PluginRegistry
  readonly #active: Batcher<OwnedGraph, string>
  /** Versions that were run lately. A version never changes. */
  readonly #kept = new Map<string, Promise<GraphVersion | undefined>>()

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
      // The row lock makes two savers of one graph take turns.
      const graph = await em.findOneOrFail(Graph, { id: graphId }, { lockMode: 4 })
      const newest = await em.findOne(GraphVersion, { graphId }, { orderBy: { number: 'desc' } })
      if (newest?.number !== basedOn) {
        const message = `the newest version is ${newest?.number}, this one was made from ${basedOn}: load the newest and apply the change to it`
        throw new AshlarError('VERSION_CONFLICT', message, { details: { path: ['basedOn'], newest: newest?.number } })
      }
      const version = this.#version(em, ownerId, graphId, basedOn + 1, parsed)
      graph.activeVersionId = version.id
      graph.updatedAt = version.createdAt
      return version
    })
  }

  async activate(ownerId: string, graphId: string, number: number): Promise<Graph> {
    const version = await this.versionNumbered(ownerId, graphId, number)
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

  async list(ownerId: string, { first, after }: PageRequest): Promise<Page<Graph>> {
    const em = this.#fork()
    const where = { ownerId, deletedAt: null }
    const items = await em.find(
      Graph,
      { ...where, ...(after && { id: { $lt: after } }) },
      { orderBy: { id: 'desc' }, limit: first + 1 },
    )
    return pageOf(items, first, await em.count(Graph, where))
  }

  async find(ownerId: string, ids: readonly string[]): Promise<Map<string, Graph>> {
    const found = await this.#fork().find(Graph, { id: { $in: ids.filter(isUuid) }, ownerId, deletedAt: null })
    return new Map(found.map((graph) => [graph.id, graph]))
  }

  async get(ownerId: string, graphId: string): Promise<Graph> {
    const graph = (await this.find(ownerId, [graphId])).get(graphId)
    if (!graph) throw noGraph()
    return graph
  }

  async versions(ownerId: string, graphId: string, { first, after }: PageRequest): Promise<Page<GraphVersion>> {
    const em = this.#fork()
    const where = { ownerId, graphId }
    const items = await em.find(
      GraphVersion,
      { ...where, ...(after && { id: { $lt: after } }) },
      { orderBy: { id: 'desc' }, limit: first + 1 },
    )
    return pageOf(items, first, await em.count(GraphVersion, where))
  }

  async findVersions(ownerId: string, ids: readonly string[]): Promise<Map<string, GraphVersion>> {
    const found = await this.#fork().find(GraphVersion, { id: { $in: ids.filter(isUuid) }, ownerId })
    return new Map(found.map((version) => [version.id, version]))
  }

  async versionNumbered(ownerId: string, graphId: string, number: number): Promise<GraphVersion> {
    await this.get(ownerId, graphId)
    const version = await this.#fork().findOne(GraphVersion, { ownerId, graphId, number })
    if (!version) throw new AshlarError('NOT_FOUND', `this graph has no version ${number}`, { details: { path: ['version'] } })
    return version
  }

  async versionToRun(ownerId: string, graphId: string, number?: number): Promise<GraphVersion> {
    if (number !== undefined) return this.versionNumbered(ownerId, graphId, number)
    const versionId = await this.#active.add({ ownerId, graphId })
    const version = await (this.#kept.get(versionId) ?? this.#keep(ownerId, versionId))
    if (!version) throw new Error(`graph ${graphId} has no active version`)
    return version
  }

  /** Many who ask for one version at once wait for the same query. */
  #keep(ownerId: string, versionId: string): Promise<GraphVersion | undefined> {
    const found = this.findVersions(ownerId, [versionId]).then((versions) => versions.get(versionId))
    found.catch(() => this.#kept.delete(versionId))
    this.#kept.set(versionId, found)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return found
  }

  async capabilitiesOf({ blocks }: GraphVersion): Promise<{ kind: string; detail: string }[]> {
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

  async createLoose(ownerId: string, document: unknown): Promise<GraphVersion> {
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
    const faults = findFaults(read, (node) => this.#blockOf(node, subGraphs))
    return { document: assertFaultless(read, [...read.faults, ...faults, ...subGraphs.faults]), subGraphs }
  }

  #blockOf(node: GraphNode, { versions }: SubGraphs): Block | undefined {
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
    const found = interfaceOf(document, (node) => this.#blockOf(node, subGraphs))
    const identity = { id: randomUUIDv7(), graphId, ownerId, number }
    return em.create(GraphVersion, { ...identity, document, blocks, children, createdAt: new Date(), ...found })
  }

  async #change(ownerId: string, graphId: string, change: (graph: Graph) => void): Promise<Graph> {
    const em = this.#fork()
    const graph = isUuid(graphId) ? await em.findOne(Graph, { id: graphId, ownerId, deletedAt: null }) : null
    if (!graph) throw noGraph()
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
