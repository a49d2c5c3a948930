import type { JsonSchema } from '../../../../pins/index.ts'
import type { GraphDocument } from '../../../../engine/graph/index.ts'

/** A graph in a file. Field names and their order are part of the format. */
export interface FileGraph {
  name: string
  description: string
  labels: string[]
  document: GraphDocument
}

/** The content of a graph file. */
export interface AshlarFile extends FileGraph {
  /**
   * The graphs that nodes run, by key. A node names the key in `graph_id`. Each is one version of a graph. Left out if
   * there are none.
   */
  graphs?: Record<string, FileGraph>
}

/** A version of a graph with its pins, and with the versions that its nodes run. */
export interface VersionTree extends FileGraph {
  versionId: string
  inputSchema: JsonSchema
  outputSchema: JsonSchema
  /** By node id. */
  children: ReadonlyMap<string, VersionTree>
}

/** Makes the file of a graph. Nodes that run a graph name its key in the file. */
export function toAshlarFile(tree: VersionTree): AshlarFile {
  const graphs: Record<string, FileGraph> = {}
  const keys = new Map<string, string>()
  const add = (child: VersionTree): string => {
    const known = keys.get(child.versionId)
    if (known !== undefined) return known
    const key = uniqueKey(child.name, new Set(keys.values()))
    keys.set(child.versionId, key)
    // The place of the key, before those of the graphs that this one runs.
    graphs[key] = toFileGraph(child, () => '')
    graphs[key] = toFileGraph(child, add)
    return key
  }
  const root = toFileGraph(tree, add)
  return { ...root, ...(keys.size > 0 && { graphs }) }
}

function toFileGraph(
  { name, description, labels, document, children }: VersionTree,
  add: (child: VersionTree) => string,
): FileGraph {
  const nodes = document.nodes.map((node) => {
    const child = children.get(node.id)
    if (!child) return node
    const pinned = node.inputs.graph_version === undefined ? {} : { graph_version: 1 }
    return { ...node, inputs: { ...node.inputs, graph_id: add(child), ...pinned } }
  })
  return { name, description, labels, document: { ...document, nodes } }
}

/** A name for a graph in a file: its own name in lower case, with a number if it is taken. */
function uniqueKey(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  // A key that is a whole number would come first in the file.
  const base = plain === '' || /^\d/.test(plain) ? `graph-${plain}`.replace(/-$/, '') : plain
  let key = base
  for (let n = 2; taken.has(key); n++) key = `${base}-${n}`
  return key
}
