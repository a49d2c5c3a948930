import { parseEnd, linkedInputs, type GraphDocument } from './document.ts'
import { withNodePins } from '../../blocks/index.ts'
import { analyzeFlow, toFlow, type FlowNode } from './flow/index.ts'
import type { FindBlock } from './validate.ts'

/**
 * Returns the names of the graph outputs that may receive several values: from inside a loop, or in a graph that pairs
 * values in the order of arrival through one of several links.
 */
export function findManyOutputs(document: GraphDocument, findBlock: FindBlock): Set<string> {
  const linked = linkedInputs(document)
  const names = new Map<string, string>()
  const nodes = document.nodes.flatMap((node) => {
    const block = findBlock(node)
    if (!block) return []
    if (block.kind === 'output' && typeof node.inputs.name === 'string') names.set(node.id, node.inputs.name)
    return [{ id: node.id, scope: node.scope, block: withNodePins(block, node.inputs, linked.get(node.id) ?? new Set()) }]
  })
  const links = document.links.map(({ from, to, carry }) => ({ from: parseEnd(from), to: parseEnd(to), carry: carry === true }))
  const flow = analyzeFlow(toFlow(nodes, links))
  const repeated = document.pairing === 'FIFO' ? findRepeated(flow.order) : new Set()
  const many = flow.all.filter((node) => repeated.has(node) || flow.nodes.get(node)?.some((path) => path.length > 0))
  return new Set(many.flatMap(({ id }) => names.get(id) ?? []))
}

/** The nodes that run again for each of several links into one pin, and the nodes that follow them. */
function findRepeated(order: readonly FlowNode[]): Set<FlowNode> {
  const repeated = new Set<FlowNode>()
  for (const node of order) {
    const pins = Map.groupBy(node.incoming, ({ sinkPin }) => sinkPin)
    if (node.incoming.some(({ source }) => repeated.has(source)) || [...pins.values()].some((links) => links.length > 1))
      repeated.add(node)
  }
  return repeated
}
