import { showValue, type Fault } from '../../base/index.ts'
import { parsePinPath } from '../../pins/index.ts'
import { withNodePins, type Block } from '../../blocks/index.ts'
import { linkedInputs, parseEnd, type GraphDocument, type GraphNode } from './document.ts'
import { analyzeFlow, nameScope, toFlow, type Flow, type FlowLink, type Misfit } from './flow/index.ts'
import type { FindBlock } from './validate.ts'

/**
 * Finds the faults of the loops of a well-formed document: values of unrelated loops that meet, collect pins without a
 * loop, cycles that can never start, and settings that do not apply. Each fault has its path: `nodes.join`, `links.2`.
 */
export function findFlowFaults(document: GraphDocument, findBlock: FindBlock): Fault[] {
  const linked = linkedInputs(document)
  const blocks = new Map(
    document.nodes.map((node) => {
      const block = findBlock(node)
      return [node.id, block && withNodePins(block, node.inputs, linked.get(node.id) ?? new Set())]
    }),
  )
  const faults = [
    ...document.nodes.flatMap((node) => nodeFaults(node, blocks.get(node.id), document)),
    ...document.links.flatMap((link, i) => linkFaults(link, `links.${i}`, blocks, document)),
  ]
  return document.pairing === 'FIFO' || faults.length > 0 ? faults : scopeFaults(document, blocks)
}

type Blocks = ReadonlyMap<string, Block | undefined>

function nodeFaults({ id, loop, scope }: GraphNode, block: Block | undefined, { pairing, nodes }: GraphDocument): Fault[] {
  if (!block) return []
  const path = `nodes.${id}`
  const collects = block.collectPins.size > 0
  if (pairing === 'FIFO') {
    const fault = (what: string, at = path): Fault => ({
      path: at,
      message: `${what} requires "pairing": "TAGGED" in the document`,
    })
    return [
      ...(collects ? [fault(`block ${block.qualifiedName} collects the values of a loop, which`, `${path}.block`)] : []),
      ...(loop ? [fault('"loop"', `${path}.loop`)] : []),
      ...(scope === undefined ? [] : [fault('"scope"', `${path}.scope`)]),
    ]
  }
  const faults: Fault[] = []
  if (loop && block.manyPins.size === 0)
    faults.push({ path: `${path}.loop`, message: `block ${block.qualifiedName} opens no loop: none of its outputs is many` })
  if (scope !== undefined && !collects)
    faults.push({ path: `${path}.scope`, message: `block ${block.qualifiedName} closes no loop: none of its inputs collects` })
  else if (scope !== undefined && !nodes.some((node) => node.id === scope))
    faults.push({
      path: `${path}.scope`,
      message: `must be the id of a node whose loop it closes; there is no node ${showValue(scope)}`,
    })
  return faults
}

function linkFaults(
  { from, to, carry }: GraphDocument['links'][number],
  path: string,
  blocks: Blocks,
  { pairing }: GraphDocument,
): Fault[] {
  const [source, sink] = [parseEnd(from), parseEnd(to)]
  const [sourceBlock, sinkBlock] = [blocks.get(source.node), blocks.get(sink.node)]
  const [sourcePin, sinkPin] = [parsePinPath(source.pin).base, parsePinPath(sink.pin).base]
  const faults: Fault[] = []
  const isEnd = sourceBlock?.donePins.has(sourcePin) === true || sourceBlock?.caughtPins.has(sourcePin) === true
  if (pairing === 'FIFO' && (carry || isEnd)) {
    const what = carry ? '"carry"' : `pin "${sourcePin}" of ${sourceBlock?.qualifiedName}`
    faults.push({ path, message: `${what} requires "pairing": "TAGGED" in the document` })
  }
  if (sinkBlock && [sinkBlock.loopPin, sinkBlock.stepsPin, sinkBlock.toolsPin].includes(sinkPin))
    faults.push({ path: `${path}.to`, message: `Ashlar fills pin "${sinkPin}": remove the link` })
  if (sinkBlock?.collectPins.has(sinkPin) && parsePinPath(sink.pin).steps.length > 0)
    faults.push({ path: `${path}.to`, message: `pin "${sinkPin}" collects whole items: link "${sink.node}.${sinkPin}"` })
  if (carry && sinkBlock?.collectPins.has(sinkPin))
    faults.push({ path: `${path}.carry`, message: `pin "${sinkPin}" collects, so no value can be carried to it` })
  return faults
}

function scopeFaults(document: GraphDocument, blocks: Blocks): Fault[] {
  const nodes = document.nodes.flatMap(({ id, scope }) => {
    const block = blocks.get(id)
    return block ? [{ id, scope, block }] : []
  })
  const links = document.links.map(({ from, to, carry }) => ({ from: parseEnd(from), to: parseEnd(to), carry: carry === true }))
  const flow = analyzeFlow(toFlow(nodes, links))
  const { headless, tooDeep, misfits } = flow
  const returns = flow.all.flatMap(({ incoming }) => incoming.filter((link) => isToolResult(link, flow)))
  const startless = headless.filter((cycle) => !returns.some(({ sink }) => cycle.nodes.includes(sink)))
  return [
    ...returns.map(describeReturn),
    ...startless.map((cycle) => ({
      path: `nodes.${cycle.nodes[0]?.id}`,
      message: `${nameScope(cycle)} can never start: no pin in it receives a value both from outside and from the cycle. Link an initial value to the pin that the cycle leads back to`,
    })),
    ...unique([...tooDeep.map((node) => describeMisfit({ type: 'TOO_DEEP', node })), ...misfits.map(describeMisfit)]),
  ]
}

/** Whether a link brings the result of a tool call back to the node that made it. */
function isToolResult({ source, sink, sinkBase }: FlowLink, { nodes }: Flow): boolean {
  if (!sink.block.feedbackPins.has(sinkBase)) return false
  return (nodes.get(source) ?? []).some((path) => path.some((scope) => scope.kind === 'TOOLS' && scope.node === sink))
}

/** Each call has an iteration of its own, in which the other values of the earlier run do not exist. */
function describeReturn({ index, sink, sinkPin }: FlowLink): Fault {
  return {
    path: `links.${index}.to`,
    message: `pin "${sinkPin}" of node "${sink.id}" cannot receive the result of a tool that the node calls, because each call is an iteration of its own. Remove the link and let the block run its tools itself (ai/agent: set "agent_mode_max_iterations" to -1 or to the number of calls), or set "pairing" of the document to "FIFO"`,
  }
}

function unique(faults: Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()]
}

function describeMisfit(misfit: Misfit): Fault {
  if (misfit.type === 'UNRELATED') {
    const [one, other] = misfit.scopes.map(nameScope)
    const [a, b] = misfit.pins
    return {
      path: `nodes.${misfit.node.id}`,
      message: `pin "${a}" receives items of the loop of ${one}, and pin "${b}" those of ${other}, which are not related. Collect the items of one loop first (list/collect), combine the loops by position (loop/zip) or in every combination (loop/cross), or run a sub-graph for each item of one loop`,
    }
  }
  if (misfit.type === 'SEVERAL_LOOPS') {
    const [one, other] = misfit.scopes.map(nameScope)
    const message = `pin "${misfit.pin}" collects items of the loop of ${one} and of the loop of ${other}: collect each loop with a node of its own, or set "scope" to a loop that contains both`
    return { path: `nodes.${misfit.node.id}`, message }
  }
  if (misfit.type === 'TOO_DEEP') {
    const message = 'more than 32 loops and cycles are nested here: collect the items of the inner loops, or run a sub-graph'
    return { path: `nodes.${misfit.node.id}`, message }
  }
  if (misfit.type === 'TOO_MANY')
    return {
      path: `nodes.${misfit.node.id}`,
      message: 'values of too many different loops meet in this node: collect them first',
    }
  const path = `links.${misfit.link.index}`
  if (misfit.type === 'NO_LOOP') {
    const scope = misfit.scope === undefined ? '' : ` of the node "${misfit.scope}" that "scope" names`
    const message = `pin "${misfit.link.sinkPin}" of node "${misfit.link.sink.id}" collects the items of a loop, but this link brings a value from outside of a loop${scope}: link an output of a node inside the loop`
    return { path, message }
  }
  if (misfit.type === 'OWN_CYCLE') {
    const message = `pin "${misfit.link.sinkPin}" of node "${misfit.link.sink.id}" collects the turns of a cycle that contains the node, so the cycle could not end before it: link the list to a node outside of the cycle`
    return { path, message }
  }
  return { path: `${path}.carry`, message: CARRY_PROBLEMS[misfit.problem] }
}

const CARRY_PROBLEMS = {
  NO_LOOP: 'a value is carried from one iteration of a loop to the next, but this link is not inside a loop',
  OTHER_LOOP: 'a value is carried between nodes of the same loop, but the ends of this link are in different loops',
  CYCLE: 'the ends of this link are in a cycle, whose links already lead to the next turn: remove "carry"',
  TOOLS: 'the ends of this link are in the tool calls of a node, which do not wait for each other: remove "carry"',
}
