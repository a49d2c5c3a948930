import { TOOLS_PIN } from '../../../pins/index.ts'
import type { GraphDocument } from '../../graph/index.ts'
import type { Graph, Link, Node, Opener } from './entities.ts'
import { isCaught, isCollect, linksTo, markersOf, reach, readGraph } from './graph.ts'
import { findPaths, isPrefix, isSamePath, type Path, type Paths } from './paths.ts'
import type { ScriptedBlock } from './blocks/index.ts'
import { stepPins } from './steps.ts'

/**
 * Whether the rules say what a valid graph must give. They leave open what happens when
 * - values of unrelated loops meet in a node with several pins
 * - values with different tags enter a cycle
 * - a pin that receives what is carried has another link from the same loop
 * - a collect pin closes several scopes, or a cycle that contains its node
 * - what is carried to the next iteration depends on a list of all iterations
 * - a tool of an agent waits for a value that follows from the end of the agent, or from that of a loop around it
 * - a node runs several times with one tag, and it carries values, has an optional pin or runs in several loops
 */
export function isDefined(document: GraphDocument, blocks: Record<string, ScriptedBlock>): boolean {
  const graph = readGraph(document, blocks)
  const paths = findPaths(graph)
  const repeated = findRepeated(graph, paths)
  if (graph.links.some((link) => link.carry && collectsItsLoop(link, graph, paths))) return false
  if (graph.nodes.some((node) => waitsForItself(node, graph, paths))) return false
  if (!paths.cycles.every(({ enters }) => isOnePath([...enters].flatMap(paths.ofLink)))) return false
  return graph.nodes.every((node) => {
    const entering = node.incoming.filter((link) => !link.carry && !paths.isBack(link))
    const isRelated = node.pins.length < 2 || isChain(entering.flatMap(paths.ofSink))
    const isSingle = node.pins.every(
      (pin) => markersOf(node, pin).optional !== true && !linksTo(node, pin).some(({ carry }) => carry),
    )
    const depth = Math.min(...paths.ofNode(node).map(({ length }) => length))
    const startsOutside = node.pins.every((pin) => {
      const own = linksTo(node, pin)
      return (
        !own.some(({ carry }) => carry) ||
        own.every((link) => link.carry || paths.ofSink(link).every(({ length }) => length < depth))
      )
    })
    if (!startsOutside) return false
    const isPlain = isSingle && paths.ofNode(node).length < 2
    return isRelated && closesOne(node, paths) && (isPlain || !repeated.has(node))
  })
}

/** Whether a list of the loop of a link that carries leads back to the link. */
function collectsItsLoop({ source, sink }: Link, { links }: Graph, { closedBy, ofNode }: Paths): boolean {
  const next = ({ outgoing }: Node): Node[] => outgoing.map((link) => link.sink)
  const after = reach([sink], next)
  return links.filter(isCollect).some((link) => {
    const opener = closedBy(link)
    const closesLoop = opener !== undefined && ofNode(sink).some((path) => path.includes(opener))
    return closesLoop && after.has(link.sink) && reach([link.sink], next).has(source)
  })
}

/** Whether a tool of the agent takes a value that follows from the end of the agent. */
function waitsForItself(agent: Node, { links }: Graph, { closedBy, ofNode }: Paths): boolean {
  const tools = stepPins(agent).ask === undefined ? [] : agent.outgoing.filter(isTool).map(({ sink }) => sink)
  const taken = tools.flatMap(({ incoming }) => incoming.filter((link) => !isTool(link)))
  if (taken.length === 0) return false
  const around = new Set(ofNode(agent).flat())
  const after = reach([agent], ({ outgoing }) => outgoing.map(({ sink }) => sink))
  const before = new Set(taken.map(({ source }) => source))
  for (const node of before) for (const { source } of node.incoming) before.add(source)
  return [...taken, ...links.filter(({ sink }) => before.has(sink))].some((link) => {
    const { done, caught } = link.source.block.outputs?.[link.sourcePin] ?? {}
    const closed = isCollect(link) ? closedBy(link) : undefined
    const isInside = (node: Node): boolean => ofNode(node).some((path) => path.includes(link.source.loop))
    if ((done ?? caught) && [...after].some(isInside)) return true // they follow the nodes in the loop
    return ((done ?? caught) && around.has(link.source.loop)) || (closed && around.has(closed)) || before.has(agent)
  })
}

function isTool({ sourcePin }: Link): boolean {
  return sourcePin === TOOLS_PIN
}

function isChain(paths: readonly Path[]): boolean {
  return paths.every((one) => paths.every((other) => isPrefix(one, other) || isPrefix(other, one)))
}

function isOnePath(paths: readonly Path[]): boolean {
  return paths.every((one) => paths.every((other) => isSamePath(one, other)))
}

function closesOne(node: Node, { closedBy, ofLink, cycles }: Paths): boolean {
  return node.pins.every((pin) => {
    const links = linksTo(node, pin).filter(isCollect)
    const closed = links.flatMap((link): Opener[] => {
      const opener = closedBy(link)
      return opener ? ofLink(link).flatMap((path) => path.slice(path.indexOf(opener))) : []
    })
    const isAround = cycles.some(({ opener, nodes }) => nodes.has(node) && closed.includes(opener))
    return !isAround && new Set(links.map(closedBy)).size < 2
  })
}

/** The nodes that may run several times with one tag. */
function findRepeated({ nodes }: Graph, { isBack }: Paths): Set<Node> {
  const found = new Set<Node>()
  const mayRepeat = (node: Node): boolean => {
    const links = node.incoming.filter((link) => !isCollect(link))
    const comesOnce = (pin: string): boolean => {
      const own = links.filter((link) => link.sinkPin === pin && !link.carry)
      return own.filter((link) => !isBack(link)).length < 2 && own.filter(isBack).length < 2
    }
    return !node.pins.every(comesOnce) || links.some((link: Link) => found.has(link.source) || isCaught(link))
  }
  for (let before = -1; before < found.size;) {
    before = found.size
    for (const node of nodes) if (mayRepeat(node)) found.add(node)
  }
  return found
}
