import type { Block } from '../../../blocks/index.ts'
import { TOOLS_PIN, isToolPin, parsePinPath } from '../../../pins/index.ts'

/** The markers of the pins of a block that determine the scopes of a graph. */
type Markers = Pick<
  Block,
  'kind' | 'manyPins' | 'donePins' | 'caughtPins' | 'collectPins' | 'optionalPins' | 'feedbackPins' | 'qualifiedName'
>

/** A node, as far as it determines the scopes of a graph. */
export interface FlowNode {
  id: string
  block: Markers
  /** The node or cycle that its collect pins close; undefined for the innermost scope. */
  scope: string | undefined
  /** Links to its input pins, in the order of the document. */
  incoming: FlowLink[]
  outgoing: FlowLink[]
}

export interface FlowLink {
  /** Its place in the document. */
  index: number
  source: FlowNode
  /** The base name of the output pin, or `tools`. */
  sourcePin: string
  sink: FlowNode
  /** The input pin with its path, and its base name. */
  sinkPin: string
  sinkBase: string
  carry: boolean
}

/** The scope that a node opens: by a pin that is many, or by its tool calls. */
export interface LoopScope {
  kind: 'LOOP' | 'TOOLS'
  node: FlowNode
}

/** A strongly connected part of a graph. Each turn is an iteration. */
export interface Cycle {
  kind: 'CYCLE'
  nodes: FlowNode[]
  /** 1 for a cycle that is in no other one. */
  level: number
  /** Input pins with a link from inside and one from outside, by node. */
  headers: Map<FlowNode, Set<string>>
}

export type FlowScope = LoopScope | Cycle

/** The scopes that contain a value, outermost first. */
export type ScopePath = readonly FlowScope[]

interface RawNode {
  id: string
  scope?: string | undefined
  block: Markers
}

interface RawLink {
  from: { node: string; pin: string }
  to: { node: string; pin: string }
  carry: boolean
}

/** Connects nodes and links. Leaves out links of unknown nodes and notes. */
export function toFlow(rawNodes: Iterable<RawNode>, rawLinks: Iterable<RawLink | undefined>): FlowNode[] {
  const nodes = new Map<string, FlowNode>()
  for (const { id, block, scope } of rawNodes)
    if (block.kind !== 'note' && !nodes.has(id)) nodes.set(id, { id, block, scope, incoming: [], outgoing: [] })
  let index = -1
  for (const link of rawLinks) {
    index++
    const [source, sink] = [nodes.get(link?.from.node ?? ''), nodes.get(link?.to.node ?? '')]
    if (!link || !source || !sink) continue
    const sourcePin = isToolPin(link.from.pin) ? TOOLS_PIN : parsePinPath(link.from.pin).base
    const sinkPin = link.to.pin
    const flowLink = { index, source, sourcePin, sink, sinkPin, sinkBase: parsePinPath(sinkPin).base, carry: link.carry }
    source.outgoing.push(flowLink)
    sink.incoming.push(flowLink)
  }
  return [...nodes.values()]
}

export function isCollect({ sink, sinkBase }: FlowLink): boolean {
  return sink.block.collectPins.has(sinkBase)
}

/** Returns the scope that a link's source opens for the values of the link. */
export function opens({ source, sourcePin }: FlowLink, scopes: ReadonlyMap<FlowNode, NodeScopes>): LoopScope | undefined {
  const own = scopes.get(source)
  if (sourcePin === TOOLS_PIN) return own?.tools
  return source.block.manyPins.has(sourcePin) ? own?.loop : undefined
}

/** The scopes that a node can open. */
export interface NodeScopes {
  loop: LoopScope
  tools: LoopScope
}

/** A name of a scope for messages: `"rows"`, `the cycle of "a" and "b"`. */
export function nameScope(scope: FlowScope): string {
  if (scope.kind !== 'CYCLE') return `"${scope.node.id}"`
  const ids = scope.nodes.map(({ id }) => `"${id}"`)
  return `the cycle of ${ids.length > 1 ? `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}` : ids[0]}`
}
