import { AshlarError, isUuid, Turns, type Fault } from '../../base/index.ts'
import { TOOLS_PIN, isToolPin, parsePinPath } from '../../pins/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { AvailablePlugins, PluginRegistry } from '../../catalogue/registry/index.ts'
import {
  compareBlocks,
  type BlockDifference,
  type BlockUse,
  parseEnd,
  type GraphDocument,
  type GraphNode,
} from '../../engine/graph/index.ts'
import type { Graph, GraphVersion } from './entities.ts'
import type { Graphs } from './graphs.ts'
import { loadPinnedBlocks } from './pinned-blocks.ts'

/**
 * `COMPATIBLE`: the version was saved with the installed plugins. `UPGRADABLE`: other plugins are installed, and the
 * version can be saved again with them without a loss. `BREAKING`: it cannot.
 */
type CompatibilityStatus = 'COMPATIBLE' | 'UPGRADABLE' | 'BREAKING'

/** The result of a comparison of a graph version with the installed plugins. */
export interface Compatibility {
  status: CompatibilityStatus
  /** The nodes whose installed block differs from the pinned one. */
  nodes: NodeCompatibility[]
  /** The faults that the graph would have with the installed blocks. */
  faults: Fault[]
}

export interface NodeCompatibility {
  node: string
  /** The qualified name of the pinned block. */
  block: string
  status: CompatibilityStatus
  differences: BlockDifference[]
}

/** Moves graphs to the installed versions of plugins. */
export interface Upgrades {
  checkCompatibility(version: GraphVersion): Promise<Compatibility>
  /**
   * Saves the active version again with the installed blocks. Does nothing if the version already pins them.
   *
   * @throws {AshlarError} NOT_FOUND GRAPH_INVALID VERSION_CONFLICT
   */
  upgrade(ownerId: string, graphId: string): Promise<Graph>
}

/** Checking a shorter document takes less time than waiting, which would also separate statements. */
const LONG = 100

function isLong({ nodes, links }: GraphDocument): boolean {
  return nodes.length + links.length > LONG
}

export function createUpgrades(graphs: Graphs, plugins: PluginRegistry): Upgrades {
  const turns = new Turns()
  const checkCompatibility = async (version: GraphVersion): Promise<Compatibility> => {
    const [pinned, available] = await Promise.all([
      loadPinnedBlocks(version.blocks, plugins),
      plugins.forAccount(version.ownerId),
    ])
    const compare = (): NodeCompatibility[] => compareNodes(version.document, pinned, available)
    const nodes = isLong(version.document) ? await turns.run(compare) : compare()
    if (nodes.length === 0) return { status: 'COMPATIBLE', nodes, faults: [] }
    const validate = (): Promise<Fault[]> =>
      graphs.validate(version.ownerId, withInstalledBlocks(version.document, pinned, available))
    const faults = await (isLong(version.document) ? turns.run(validate) : validate())
    const isBreaking = faults.length > 0 || nodes.some(({ status }) => status === 'BREAKING')
    return { status: isBreaking ? 'BREAKING' : 'UPGRADABLE', nodes, faults }
  }
  return {
    checkCompatibility,
    async upgrade(ownerId, graphId) {
      const graph = await graphs.get(ownerId, graphId)
      const version = await graphs.versionToRun(ownerId, graphId)
      const { status, nodes, faults } = await checkCompatibility(version)
      if (status === 'BREAKING') throw cannotUpgrade(nodes, faults)
      if (status === 'COMPATIBLE') return graph
      const newest = await findNewestNumber(graphs, ownerId, graphId)
      const pinned = await loadPinnedBlocks(version.blocks, plugins)
      const document = withInstalledBlocks(version.document, pinned, await plugins.forAccount(ownerId))
      await graphs.saveVersion(ownerId, graphId, newest, document)
      return graphs.get(ownerId, graphId)
    },
  }
}

async function findNewestNumber(graphs: Graphs, ownerId: string, graphId: string): Promise<number> {
  const orderBy = { field: 'NUMBER', direction: 'DESC' } as const
  const pages = await graphs.versionsOf(ownerId, [graphId], { first: 1, orderBy, filter: {}, countTotal: false })
  return pages.get(graphId)?.items[0]?.item.number ?? 0
}

function compareNodes(
  { nodes, links, pairing }: GraphDocument,
  pinned: ReadonlyMap<string, Block>,
  plugins: AvailablePlugins,
): NodeCompatibility[] {
  return nodes.flatMap((node) => {
    const before = pinned.get(node.block)
    const after = before && plugins.block(before.id)
    if (!before || after?.plugin.bundle.digest === before.plugin.bundle.digest) return []
    const differences = compareBlocks(before, after, { ...toBlockUse(node, links), isTagged: pairing === 'TAGGED' })
    const status = differences.some(({ breaking }) => breaking) ? 'BREAKING' : 'UPGRADABLE'
    return [{ node: node.id, block: before.qualifiedName, status, differences }]
  })
}

function toBlockUse({ id, inputs }: GraphNode, links: GraphDocument['links']): Omit<BlockUse, 'isTagged'> {
  const pins = (ends: string[]): Set<string> => {
    const own = ends.map(parseEnd).filter(({ node }) => node === id)
    return new Set(own.map(({ pin }) => (isToolPin(pin) ? TOOLS_PIN : parsePinPath(pin).base)))
  }
  return { constants: inputs, linkedInputs: pins(links.map(({ to }) => to)), linkedOutputs: pins(links.map(({ from }) => from)) }
}

/** Replaces the names of blocks by their current names. Blocks are identified by their ids. */
function withInstalledBlocks(
  document: GraphDocument,
  pinned: ReadonlyMap<string, Block>,
  plugins: AvailablePlugins,
): GraphDocument {
  const nodes = document.nodes.map((node) => {
    const id = pinned.get(node.block)?.id
    const now = id === undefined || isUuid(node.block) ? undefined : plugins.block(id)
    return now ? { ...node, block: now.qualifiedName } : node
  })
  return { ...document, nodes }
}

function cannotUpgrade(nodes: readonly NodeCompatibility[], faults: readonly Fault[]): AshlarError {
  const lost = nodes.flatMap(({ node, differences }) =>
    differences
      .filter(({ breaking }) => breaking)
      .map(({ pin, message }) => ({ path: `nodes.${node}${pin === null ? '' : `.${pin}`}`, message })),
  )
  const places = new Set(lost.map(({ path }) => path))
  const all = [...lost, ...faults.filter(({ path }) => !places.has(path))]
  const message = `the graph is not compatible with the installed plugins: ${all[0]?.path}: ${all[0]?.message}`
  return new AshlarError('GRAPH_INVALID', message, { details: { path: ['graphId'], faults: all } })
}
