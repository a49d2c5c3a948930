import { AshlarError, showValue, type Fault } from '../../base/index.ts'
import type { JsonSchema } from '../../pins/index.ts'
import { describePins, type Block } from '../../blocks/index.ts'
import type { GraphNode } from '../../engine/graph/index.ts'
import type { GraphVersion } from './entities.ts'
import type { VersionReader } from './version-reader.ts'

/**
 * The versions that the graph nodes of a document run, by node id, and the faults of graph nodes without such a
 * version.
 */
export interface SubGraphs {
  versions: Map<string, GraphVersion>
  faults: Fault[]
}

/** Returns undefined if the owner has no such version. */
export type LoadVersion = (graphId: string, number: number | undefined) => Promise<GraphVersion | undefined>

/** Loads versions that the owner may run. Returns undefined if there is no such version. */
export function loadVersions(reader: Pick<VersionReader, 'toRun'>, ownerId: string): LoadVersion {
  return async (graphId, number) => {
    try {
      return await reader.toRun(ownerId, graphId, number)
    } catch (error) {
      if (error instanceof AshlarError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }
}

/**
 * @param load returns the version with this number, otherwise the active one; undefined if the owner has no such
 * version
 */
export async function resolveSubGraphs(
  nodes: readonly GraphNode[],
  find: (reference: string) => Block | undefined,
  load: LoadVersion,
): Promise<SubGraphs> {
  const subGraphs: SubGraphs = { versions: new Map(), faults: [] }
  const references = nodes.flatMap(({ id, block, inputs }) => {
    const { graph_id: graphId, graph_version: version } = inputs
    if (find(block)?.kind !== 'graph' || typeof graphId !== 'string') return []
    return [{ id, graphId, number: typeof version === 'number' ? version : undefined }]
  })
  const loaded = await Promise.all(references.map(({ graphId, number }) => load(parseGraphId(graphId), number)))
  references.forEach(({ id, graphId, number }, i) => {
    const version = loaded[i]
    if (version) subGraphs.versions.set(id, version)
    else subGraphs.faults.push(unknownGraph(id, graphId, number))
  })
  return subGraphs
}

function unknownGraph(nodeId: string, graphId: string, number: number | undefined): Fault {
  const version = number === undefined ? '' : ` with a version ${number}`
  return { path: `nodes.${nodeId}.inputs.graph_id`, message: `there is no graph ${showValue(graphId)}${version}` }
}

/**
 * Extends the block of a graph node by the pins of its graph. Each value of a graph output is a separate value of the
 * output pin. An output that is `many` in the graph is `many` in the node.
 */
export function blockWithPins(block: Block, { inputs }: GraphNode, version: GraphVersion | undefined): Block {
  if (!version) return block
  const constants = typeof inputs.inputs === 'object' && inputs.inputs !== null ? inputs.inputs : {}
  const required = (version.inputSchema.required ?? []).filter((name) => !Object.hasOwn(constants, name))
  const outputs = Object.entries(version.outputSchema.properties ?? {})
  const inputSchema: JsonSchema = {
    ...block.inputSchema,
    properties: { ...block.inputSchema.properties, ...version.inputSchema.properties },
    required: [...(block.inputSchema.required ?? []), ...required],
  }
  const outputSchema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(outputs.map(([name, list]): [string, JsonSchema] => [name, itemOf(list)])),
  }
  return { ...block, ...describePins(inputSchema, outputSchema), inputSchema, outputSchema }
}

/** Returns the schema of one value of a graph output. */
function itemOf({ items = {}, many }: JsonSchema): JsonSchema {
  return many === true ? { ...items, many: true } : items
}

/** Users copy the id that the API shows, `base64url("Graph:<uuid>")`. Exports contain the plain UUID. */
function parseGraphId(id: string): string {
  return /^Graph:(.+)$/.exec(Buffer.from(id, 'base64url').toString())?.[1] ?? id
}
