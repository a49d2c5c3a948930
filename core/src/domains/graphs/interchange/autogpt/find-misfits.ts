import type { Fault } from '../../../../base/index.ts'
import { withNodePins, type Block } from '../../../../blocks/index.ts'
import type { AvailablePlugins } from '../../../../catalogue/registry/index.ts'
import {
  analyzeFlow,
  linkedInputs,
  parseEnd,
  toFlow,
  type GraphDocument,
  type GraphNode,
} from '../../../../engine/graph/index.ts'
import type { VersionTree } from '../ashlar/index.ts'
import { AGENT_EXECUTOR } from './block-ids.ts'
import { AUTOGPT_BLOCKS } from './known-blocks.ts'

/** Finds what the AutoGPT Platform cannot express in a graph: blocks that it does not have, and loops. */
export function findMisfits({ document, children }: VersionTree, plugins: AvailablePlugins): Fault[] {
  const blocks = new Map(document.nodes.map((node) => [node.id, plugins.block(node.block)]))
  const nodes = document.nodes.flatMap((node) => nodeMisfits(node, blocks.get(node.id), children.has(node.id)))
  return [...nodes, ...(document.pairing === 'FIFO' ? [] : pairingMisfits(document, blocks))]
}

function nodeMisfits({ id, block: name, loop, scope, inputs }: GraphNode, block: Block | undefined, hasChild: boolean): Fault[] {
  const fault = (field: string, message: string): Fault => ({ path: `nodes.${id}.${field}`, message: `node "${id}": ${message}` })
  if (!block) return [fault('block', `block ${name} is not installed`)]
  if (block.kind === 'placeholder')
    return typeof Object(inputs.data).block_id === 'string'
      ? []
      : [fault('inputs.data', 'the placeholder has no data of the AutoGPT Platform')]
  return [
    ...(AUTOGPT_BLOCKS.has(block.id) ? [] : [fault('block', `the AutoGPT Platform has no block ${block.qualifiedName}`)]),
    ...(block.id === AGENT_EXECUTOR && !hasChild ? [fault('inputs.graph_id', 'the graph that it runs is not known')] : []),
    ...(loop ? [fault('loop', 'the AutoGPT Platform has no options for loops')] : []),
    ...(scope === undefined ? [] : [fault('scope', 'the AutoGPT Platform collects no loops')]),
  ]
}

/**
 * The platform pairs values in the order of arrival. A graph in which each node runs at most once gives the same result
 * with both pairings.
 */
function pairingMisfits({ nodes, links }: GraphDocument, blocks: ReadonlyMap<string, Block | undefined>): Fault[] {
  const linked = linkedInputs({ links })
  const known = nodes.flatMap(({ id, inputs, scope }) => {
    const block = blocks.get(id)
    return block ? [{ id, scope, block: withNodePins(block, inputs, linked.get(id) ?? new Set()) }] : []
  })
  const flow = analyzeFlow(
    toFlow(
      known,
      links.map(({ from, to, carry }) => ({ from: parseEnd(from), to: parseEnd(to), carry: carry === true })),
    ),
  )
  const advice = 'the AutoGPT Platform pairs values in the order of arrival, so the graph could give another result there'
  return flow.all.flatMap((node) => {
    const pins = Map.groupBy(node.incoming, ({ sinkPin }) => sinkPin)
    const several = [...pins].find(([, own]) => own.length > 1)?.[0]
    const optional = [...pins].find(([, [link]]) => link && node.block.optionalPins.has(link.sinkBase))?.[0]
    const inLoop = flow.nodes.get(node)?.some((path) => path.length > 0) ?? false
    const what = inLoop
      ? 'it runs in a loop'
      : several === undefined
        ? optional === undefined
          ? undefined
          : `its pin "${optional}" does not need a value`
        : `several links lead to its pin "${several}"`
    return what === undefined ? [] : [{ path: `nodes.${node.id}`, message: `node "${node.id}": ${what}; ${advice}` }]
  })
}
