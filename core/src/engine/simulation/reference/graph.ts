import { TOOLS_PIN, isToolPin, parsePinPath, parseToolPin } from '../../../pins/index.ts'
import { parseEnd, type GraphDocument } from '../../graph/index.ts'
import type { Graph, Link, Node } from './entities.ts'
import { settlePins, type ScriptedBlock } from './blocks/index.ts'

export function readGraph(document: GraphDocument, blocks: Record<string, ScriptedBlock>): Graph {
  const nodes = document.nodes.map((node, place): Node => {
    const found = blocks[node.block]
    if (!found) throw new Error(`there is no block ${node.block}`)
    const { id, inputs: constants, scope: closes } = node
    const isLinked = (pin: string): boolean => document.links.some(({ to }) => to === `${id}.${pin}`)
    const block = settlePins(found, (pin) => (constants[pin] ?? undefined) !== undefined || isLinked(pin))
    return {
      id,
      place,
      block,
      constants,
      attempts: node.retry?.attempts ?? 1,
      closes,
      incoming: [],
      outgoing: [],
      pins: [],
      loop: { type: 'LOOP', id, place },
      tools: { type: 'TOOLS', id, place },
      budget: node.loop?.budget ?? 1_000_000,
    }
  })
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const links = document.links.flatMap((link, place) => {
    const [from, to] = [parseEnd(link.from), parseEnd(link.to)]
    const [source, sink] = [byId.get(from.node), byId.get(to.node)]
    if (!source || !sink) return []
    const { base, steps } = isToolPin(from.pin) ? { base: TOOLS_PIN, steps: [] } : parsePinPath(from.pin)
    const read: Link = { place, source, sourcePin: base, steps, sink, sinkPin: to.pin, carry: link.carry ?? false }
    source.outgoing.push(read)
    sink.incoming.push(read)
    if (!sink.pins.includes(to.pin)) sink.pins.push(to.pin)
    return [read]
  })
  return { nodes, links, document }
}

export function isCollect({ sink, sinkPin }: Link): boolean {
  return markersOf(sink, sinkPin).collect ?? false
}

export function isCaught({ source, sourcePin }: Link): boolean {
  return source.block.outputs?.[sourcePin]?.caught ?? false
}

export function isMany({ block }: Node, pin: string): boolean {
  return block.outputs?.[pin]?.many ?? false
}

export function isProducer({ block }: Node): boolean {
  return Object.values(block.outputs ?? {}).some(({ many }) => many)
}

export function markersOf({ block }: Node, pin: string): NonNullable<ScriptedBlock['inputs']>[string] {
  return block.inputs?.[parsePinPath(pin).base] ?? {}
}

export function linksTo({ incoming }: Node, pin: string): Link[] {
  return incoming.filter(({ sinkPin }) => sinkPin === pin)
}

/** The links of an output pin; for a tool pin, those that lead to its node and pin. */
export function linksFrom({ outgoing }: Node, pin: string): Link[] {
  const tool = parseToolPin(pin)
  if (!tool) return outgoing.filter(({ sourcePin }) => sourcePin === pin)
  return outgoing
    .filter(({ sourcePin, sink, sinkPin }) => sourcePin === TOOLS_PIN && sink.id === tool.node && sinkPin === tool.pin)
    .slice(0, 1)
}

/** The sets of nodes that reach each other over the given links, sources first. */
export function components(nodes: readonly Node[], next: (node: Node) => readonly Node[]): Node[][] {
  const reached = new Map(nodes.map((node) => [node, reach([node], next)]))
  const isTogether = (a: Node, b: Node): boolean =>
    a === b || (reached.get(a)?.has(b) === true && reached.get(b)?.has(a) === true)
  const groups: Node[][] = []
  for (const node of nodes) {
    const group = groups.find(([first]) => first && isTogether(first, node))
    if (group) group.push(node)
    else groups.push([node])
  }
  const isBefore = ([a]: Node[], [b]: Node[]): boolean => a !== undefined && b !== undefined && reached.get(a)?.has(b) === true
  const ordered: Node[][] = []
  const left = [...groups]
  while (left.length > 0) {
    const i = left.findIndex((group) => !left.some((other) => other !== group && isBefore(other, group)))
    ordered.push(...left.splice(i, 1))
  }
  return ordered
}

/** All nodes that can be reached in one or more steps. */
export function reach(from: readonly Node[], next: (node: Node) => readonly Node[]): Set<Node> {
  const found = new Set<Node>()
  const left = from.flatMap((node) => next(node))
  for (let node = left.pop(); node; node = left.pop()) {
    if (found.has(node)) continue
    found.add(node)
    left.push(...next(node))
  }
  return found
}
