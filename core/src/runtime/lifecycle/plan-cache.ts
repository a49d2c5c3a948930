import type { EntityManager } from '@mikro-orm/postgresql'
import { AshlarError, Lru } from '../../base/index.ts'
import { blockWithPins, Graph, GraphVersion } from '../../domains/graphs/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import { compilePlan, type Plan, type ToolFacts } from '../../engine/index.ts'

const MAX_CACHED = 500

/** A cache of the plans of graph versions. A version never changes, so no entry becomes stale. */
export interface PlanCache {
  /**
   * @returns plans by version id; an error BLOCK_UNAVAILABLE or NOT_FOUND if a pinned block or the version no longer
   * exists
   */
  load(versionIds: readonly string[]): Promise<Map<string, Plan | AshlarError>>
}

export function createPlanCache(fork: () => EntityManager, plugins: PluginRegistry): PlanCache {
  const cached = new Lru<string, Plan>(MAX_CACHED)
  return {
    async load(versionIds) {
      const loaded = new Map<string, Plan | AshlarError>()
      const missing = new Set<string>()
      for (const id of versionIds) {
        const plan = cached.get(id)
        if (plan) loaded.set(id, plan)
        else missing.add(id)
      }
      const find = (ids: string[]): Promise<GraphVersion[]> =>
        ids.length > 0 ? fork().find(GraphVersion, { id: { $in: ids } }) : Promise.resolve([])
      const versions = await find([...missing])
      const children = await find(versions.flatMap((version) => Object.values(version.children)))
      const childById = new Map(children.map((child) => [child.id, child]))
      const tools = await describeGraphs(fork, children)
      for (const version of versions) {
        const plan = await compileVersion(version, plugins, { childById, tools })
        if (!(plan instanceof AshlarError)) cached.set(version.id, plan)
        loaded.set(version.id, plan)
        missing.delete(version.id)
      }
      for (const id of missing) loaded.set(id, new AshlarError('NOT_FOUND', `there is no graph version ${id}`))
      return loaded
    },
  }
}

/** How versions appear as tools of an agent, by id: with the name and the description of their graph. */
async function describeGraphs(fork: () => EntityManager, versions: readonly GraphVersion[]): Promise<Map<string, ToolFacts>> {
  if (versions.length === 0) return new Map()
  const graphs = await fork().find(Graph, { id: { $in: versions.flatMap(({ graphId }) => graphId ?? []) } })
  const byId = new Map(graphs.map((graph) => [graph.id, graph]))
  return new Map(
    versions.map(({ id, graphId, inputSchema }) => {
      const { name = 'graph', description = '' } = byId.get(graphId ?? '') ?? {}
      return [id, { name, description: description === '' ? name : description, inputSchema }]
    }),
  )
}

/** The versions that graph nodes run, which determine the pins of these nodes. */
interface Children {
  childById: ReadonlyMap<string, GraphVersion>
  tools: ReadonlyMap<string, ToolFacts>
}

async function compileVersion(
  version: GraphVersion,
  plugins: PluginRegistry,
  { childById, tools }: Children,
): Promise<Plan | AshlarError> {
  const blocks = new Map<string, Block>()
  for (const [reference, { digest, id }] of Object.entries(version.blocks)) {
    const block = await plugins.pinned(digest, id)
    if (!block)
      return new AshlarError(
        'BLOCK_UNAVAILABLE',
        `block ${reference} (${id}) is no longer available in the version with which the graph was saved`,
      )
    blocks.set(reference, block)
  }
  try {
    return compilePlan(
      version.document,
      (node) => {
        const block = blocks.get(node.block)
        if (!block) throw new Error(`version ${version.id} pins no block for ${node.block}`)
        const { manyPins } = blockWithPins(block, node, childById.get(version.children[node.id] ?? ''))
        return manyPins === block.manyPins ? block : { ...block, manyPins }
      },
      version.children,
      (nodeId) => tools.get(version.children[nodeId] ?? ''),
    )
  } catch (error) {
    if (error instanceof AshlarError) return error
    throw error
  }
}
