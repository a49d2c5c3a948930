import { DEFAULT_TIMEOUT_MS, linkedInputs, parseEnd, type GraphDocument, type GraphNode } from '../graph/index.ts'
import { TOOLS_PIN, compileCoercion, isToolPin, parsePinPath, type PinStep } from '../../pins/index.ts'
import { withNodePins, type Block } from '../../blocks/index.ts'
import type { Plan, PlanNode } from './plan.ts'
import { planFlow } from './plan-flow.ts'
import { describeTools, type ToolFacts } from './tools.ts'

/**
 * @param findBlock returns the block of each node that the graph version pins. Notes are left out of the plan.
 * @param findGraph returns how a node that runs a graph appears as a tool
 */
export function compilePlan(
  document: GraphDocument,
  findBlock: (node: GraphNode) => Block,
  children: Record<string, string> = {},
  findGraph: (nodeId: string) => ToolFacts | undefined = () => undefined,
): Plan {
  const linked = linkedInputs(document)
  const nodes = document.nodes
    .map((node) => ({ node, block: withNodePins(findBlock(node), node.inputs, linked.get(node.id) ?? new Set()) }))
    .filter(({ block }) => block.kind !== 'note')
    .map(({ node, block }, i) => planNode(node, i, block, children))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  for (const [i, { from, to }] of document.links.entries()) {
    const [source, sink] = [parseEnd(from), parseEnd(to)]
    const [sourceNode, sinkNode] = [byId.get(source.node), byId.get(sink.node)]
    if (sourceNode && sinkNode) addLink(i, sourceNode, source.pin, sinkNode, sink.pin)
  }
  const { onUnhandledError, concurrency, budget, pairing } = document
  const plan: Plan = { nodes, byId, onUnhandledError, concurrency, budget, pairing }
  if (pairing === 'TAGGED') planFlow(plan, document)
  const titles = new Map(document.nodes.map(({ id, title }) => [id, title]))
  for (const node of nodes)
    if (node.block.toolsPin !== undefined)
      node.tools = describeTools(node, (sink) => toolFacts(sink, titles.get(sink.id), findGraph(sink.id)))
  return plan
}

function planNode(node: GraphNode, index: number, block: Block, children: Record<string, string>): PlanNode {
  return {
    id: node.id,
    index,
    block,
    constants: node.inputs,
    linkedPins: [],
    dynamicPins: new Map(),
    links: new Map(),
    isStart: true,
    coercions: compileCoercions(block),
    timeoutMs: node.timeoutMs ?? block.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retry: node.retry,
    loop: node.loop,
    tools: undefined,
    credentials: node.credentials ?? {},
    childVersionId: children[node.id],
    flow: undefined,
  }
}

/** The title of a node is the name of its tool. */
function toolFacts({ block }: PlanNode, title: string | undefined, graph: ToolFacts | undefined): ToolFacts {
  const { name, description, inputSchema } = graph ?? { ...block, name: block.qualifiedName }
  return title === undefined
    ? { name, description, inputSchema }
    : { name: title, description: `${title}: ${description}`, inputSchema }
}

function addLink(index: number, source: PlanNode, sourcePin: string, sink: PlanNode, sinkPin: string): void {
  const { base, steps } = parseSourcePin(sourcePin)
  const links = source.links.get(base) ?? []
  const from = `${source.id}.${sourcePin}`
  links.push({ index, from, source, steps, sink, sinkPin, isStatic: source.block.staticOutput, flow: undefined })
  source.links.set(base, links)
  sink.isStart = sink.block.kind === 'input'
  if (sink.linkedPins.includes(sinkPin)) return
  sink.linkedPins.push(sinkPin)
  const path = parsePinPath(sinkPin)
  if (path.steps.length > 0) sink.dynamicPins.set(sinkPin, path)
}

/** Rule 16: a tool pin belongs to the pin `tools`. */
function parseSourcePin(pin: string): { base: string; steps: PinStep[] } {
  return isToolPin(pin) ? { base: TOOLS_PIN, steps: [] } : parsePinPath(pin)
}

const coercions = new WeakMap<Block, PlanNode['coercions']>()

function compileCoercions(block: Block): PlanNode['coercions'] {
  const known = coercions.get(block)
  if (known) return known
  const compiled = Object.entries(block.inputSchema.properties ?? {}).flatMap(([pin, schema]) => {
    const coerce = compileCoercion(schema, block.inputSchema)
    return coerce ? [[pin, coerce] as PlanNode['coercions'][number]] : []
  })
  coercions.set(block, compiled)
  return compiled
}
