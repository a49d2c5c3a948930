import type { Block } from '../../../../blocks/index.ts'
import { isToolPin, parsePinPath, Placing, toToolPin } from '../../../../pins/index.ts'
import { sinkSchema, sourceSchema } from '../../../../engine/graph/index.ts'
import type { GraphVersion } from '../../entities.ts'
import { blockWithPins } from '../../sub-graphs.ts'
import type { DraftDocument, ImportedNode, TransferChange } from '../report/index.ts'
import { AUTOGPT_BLOCKS } from './known-blocks.ts'
import { AGENT_EXECUTOR, RENAMED_OUTPUTS } from './block-ids.ts'
import { convertNode, isCredentialPin, toPlaceholder, type ConvertedNode } from './convert-node.ts'
import { describeDropped } from './dropped-fields.ts'
import type { ExportedLink, ExportedNode, FileGraph } from './form.ts'
import { NodeKeys } from './node-keys.ts'
import type { Source } from './source.ts'

export interface Surroundings {
  find(reference: string): Block | undefined
  /** Returns the version that a node runs, if the file contains the graph. */
  childOf(nodeId: string): GraphVersion | undefined
}

/** Converts a graph of an export to a graph document. Nodes that cannot be converted become placeholders. */
export function convertGraph({ graph }: FileGraph, surroundings: Surroundings): DraftDocument {
  const sources = graph.nodes.map((node) => describeSource(node, surroundings))
  const byId = new Map(sources.map((source) => [source.node.id, source]))
  const links = (graph.links ?? []).map((link, index) => convertLink(link, index, byId))
  for (const { source, sink, from, to } of links) {
    if (source && !hasOutput(source.block, from)) source.reason ??= unknownPin(source, 'output', from)
    if (sink && !hasInput(sink.block, to)) sink.reason ??= unknownPin(sink, 'input', to)
  }
  const nodes = convertNodes(sources)
  const keyOf = new Map(nodes.map(({ report }) => [report.sourceId, report.nodeId]))
  addLinkChanges(links, nodes)
  return {
    document: {
      nodes: nodes.flatMap(({ node }) => node ?? []),
      links: links.filter(({ dropped }) => !dropped).map((link) => toDocumentLink(link, keyOf)),
      onUnhandledError: 'CONTINUE',
      pairing: 'FIFO',
      origin: 'AUTOGPT',
    },
    nodes: nodes.map(({ report }) => report),
    changes: describeDropped(graph),
  }
}

function describeSource(node: ExportedNode, { find, childOf }: Surroundings): Source {
  const block = find(node.block_id)
  if (!block)
    return {
      node,
      block,
      child: undefined,
      reason: `block ${AUTOGPT_BLOCKS.get(node.block_id) ?? node.block_id} is not installed`,
    }
  if (node.block_id !== AGENT_EXECUTOR) return { node, block, child: undefined, reason: undefined }
  const child = childOf(node.id)
  const { graph_id: graphId, graph_version: version } = node.input_default ?? {}
  const reason = child
    ? undefined
    : `the file does not contain the graph ${String(graphId)}, version ${String(version)}, that this node runs`
  const withPins = blockWithPins(block, { id: node.id, block: node.block_id, inputs: node.input_default ?? {} }, child)
  return { node, block: child ? withPins : undefined, child, reason }
}

interface Link {
  link: ExportedLink
  index: number
  source: Source | undefined
  sink: Source | undefined
  /** Pins. */
  from: string
  to: string
  dropped: boolean
}

function convertLink(link: ExportedLink, index: number, byId: ReadonlyMap<string, Source>): Link {
  const [source, sink] = [byId.get(link.source_id), byId.get(link.sink_id)]
  const from = currentPin(source, link.source_name)
  const isForeign = sink?.block !== undefined && isCredentialPin(link.sink_name) && !hasInput(sink.block, link.sink_name)
  return { link, index, source, sink: isForeign ? undefined : sink, from, to: link.sink_name, dropped: isForeign }
}

/** The name that an output pin has now. A pin that the installed block still has keeps its name. */
function currentPin(source: Source | undefined, pin: string): string {
  const { base } = parsePinPath(pin)
  const renamed = source?.block && !hasOutput(source.block, pin) ? RENAMED_OUTPUTS.get(source.node.block_id)?.[base] : undefined
  return renamed === undefined ? pin : renamed + pin.slice(base.length)
}

function hasOutput(block: Block | undefined, pin: string): boolean {
  return !block || sourceSchema(block, pin, parsePinPath(pin)) !== undefined
}

function hasInput(block: Block | undefined, pin: string): boolean {
  return !block || sinkSchema(block, parsePinPath(pin)) !== undefined
}

function unknownPin({ block }: Source, side: string, pin: string): string {
  return `a link uses the ${side} pin "${parsePinPath(pin).base}", which block ${block?.qualifiedName} does not have`
}

function convertNodes(sources: readonly Source[]): ConvertedNode[] {
  const keys = new NodeKeys()
  const placing = new Placing()
  const inputs = new Map<string, ImportedNode>()
  return sources.map((source) => {
    const { node, block, reason } = source
    if (reason !== undefined) return toPlaceholder(source, keys, reason)
    const name = block?.kind === 'input' ? node.input_default?.name : undefined
    const same = typeof name === 'string' ? inputs.get(name) : undefined
    if (same) return { node: undefined, report: joinInput(source, same) }
    const converted = convertNode(source, { keys, placing })
    if (typeof name === 'string') inputs.set(name, converted.report)
    return converted
  })
}

/** A graph has one input of each name here. Another input block with the name leads to the same value. */
function joinInput({ node, block }: Source, { nodeId }: ImportedNode): ImportedNode {
  const message = `another input block has the same name: its links start at the node "${nodeId}"`
  return {
    sourceId: node.id,
    nodeId,
    sourceBlock: node.block_id,
    block: block?.qualifiedName ?? '',
    status: 'MAPPED',
    changes: [{ kind: 'MAPPED', path: 'input_default.name', message }],
  }
}

/** Adds what happened to the links to the reports of their nodes. */
function addLinkChanges(links: readonly Link[], nodes: readonly ConvertedNode[]): void {
  const changesOf = new Map(nodes.map(({ report }) => [report.sourceId, report.changes]))
  for (const { link, index, source, from, dropped } of links) {
    const add = (id: string, change: TransferChange): void => void changesOf.get(id)?.push(change)
    const path = `links.${index}`
    if (dropped)
      add(link.sink_id, {
        kind: 'DROPPED',
        path: `${path}.sink_name`,
        message: 'a link to a pin for credentials: the node uses a credential of yours',
      })
    if (from !== link.source_name)
      add(link.source_id, {
        kind: 'MAPPED',
        path: `${path}.source_name`,
        message: `the pin "${link.source_name}" is "${from}" now`,
      })
    const isStatic = source?.reason === undefined ? source?.block?.staticOutput : undefined
    if (isStatic === undefined || link.is_static === isStatic) continue
    const given = link.is_static ?? 'no value'
    add(link.source_id, {
      kind: 'RECOMPUTED',
      path: `${path}.is_static`,
      message: `${isStatic} because of the block of the source; the file has ${given}`,
    })
  }
}

function toDocumentLink({ link, from, to }: Link, keyOf: ReadonlyMap<string, string>): { from: string; to: string } {
  const [source, sink] = [keyOf.get(link.source_id) ?? '', keyOf.get(link.sink_id) ?? '']
  const pin = isToolPin(from) ? toToolPin({ node: sink, pin: to }) : from
  return { from: `${source}.${pin}`, to: `${sink}.${to}` }
}
