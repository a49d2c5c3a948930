import type { Block } from '../../../../blocks/index.ts'
import type { Graph, GraphVersion } from '../../entities.ts'

/** A format of graph files: that of this system, or that of the exports of the AutoGPT Platform. */
export type GraphFormat = 'ASHLAR' | 'AUTOGPT'

/**
 * What happened to a part of a graph. `MAPPED`: it has another form here. `RECOMPUTED`: the file contains it, but it
 * was computed again. `DROPPED`: it was left out. `MISSING`: something has to be added before the graph can run.
 */
export type TransferKind = 'MAPPED' | 'RECOMPUTED' | 'DROPPED' | 'MISSING'

/** A difference between a graph and its other form. */
export interface TransferChange {
  kind: TransferKind
  /** The place in the graph or the node of the file: `input_default.credentials`. */
  path: string
  message: string
  /** The provider of a credential, for a change that concerns one. */
  provider?: string
}

/** What became of a node of an imported file. */
export interface ImportedNode {
  /** Its id in the file. */
  sourceId: string
  /** The key of the node in the graph. */
  nodeId: string
  /** The block in the file, and its name here. */
  sourceBlock: string
  block: string
  /** What people call the block of a placeholder; undefined if it is not known. */
  blockName?: string | undefined
  /** `UNAVAILABLE`: the block exists, but cannot run in this release. */
  status: 'MAPPED' | 'PLACEHOLDER' | 'UNAVAILABLE'
  changes: TransferChange[]
}

/** A graph that an import has created. */
export interface ImportedGraph {
  graph: Graph
  /** Its id in the file; undefined if it has none. */
  sourceId: string | undefined
  /** Empty for the format `ASHLAR`, which changes no node. */
  nodes: ImportedNode[]
  /** Changes that belong to no node. */
  changes: TransferChange[]
}

/** A block that imported nodes need and that is not available. */
export interface MissingBlock {
  block: string
  /** Undefined if it is not known. */
  name: string | undefined
  reason: string
  /** The number of nodes. */
  count: number
}

export interface ImportReport {
  format: GraphFormat
  /** The graph of the file first, then the graphs that it runs. */
  graphs: ImportedGraph[]
  missingBlocks: MissingBlock[]
  /** The providers for which nodes need credentials. */
  providers: string[]
}

/** A graph of a file that is not yet saved. */
export interface Draft {
  /** Identifies the graph in the file. */
  key: string
  sourceId: string | undefined
  name: string
  description: string
  labels: string[]
  /** The place of the graph, and of its document, in the imported file. */
  path: readonly string[]
  documentPath: readonly string[]
  /** The keys of the graphs that it runs. */
  children: readonly string[]
  /** Makes the document. The graphs of `children` are already saved. */
  toDocument(saved: ReadonlyMap<string, GraphVersion>, find: (reference: string) => Block | undefined): DraftDocument
}

export interface DraftDocument {
  document: unknown
  nodes: ImportedNode[]
  changes: TransferChange[]
}

/** Collects what the user has to provide before the imported graphs can run. */
export function summarize(format: GraphFormat, graphs: ImportedGraph[]): ImportReport {
  const missing = new Map<string, MissingBlock>()
  const providers = new Set<string>()
  for (const { nodes, changes } of graphs) {
    for (const { sourceBlock, block, blockName, status, changes: own } of nodes) {
      if (status === 'MAPPED') continue
      const reason = own.find(({ kind }) => kind === 'MISSING')?.message ?? 'the block is not installed'
      const known = missing.get(sourceBlock) ?? {
        block: sourceBlock,
        name: status === 'UNAVAILABLE' ? block : blockName,
        reason,
        count: 0,
      }
      missing.set(sourceBlock, { ...known, count: known.count + 1 })
    }
    for (const { provider, kind } of [...changes, ...nodes.flatMap((node) => node.changes)])
      if (provider !== undefined && kind === 'MISSING') providers.add(provider)
  }
  return { format, graphs, missingBlocks: [...missing.values()], providers: [...providers].toSorted() }
}
