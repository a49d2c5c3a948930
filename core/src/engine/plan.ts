import { DEFAULT_TIMEOUT_MS, parseEnd, type GraphDocument, type GraphNode, type RetryPolicy } from './graph/index.ts'
import { compileCoercion, parsePinPath, type PinStep } from '../pins/index.ts'
import type { Block } from '../blocks/index.ts'

/** A graph version made ready for the scheduler: nothing is looked up or parsed while it runs. */
export interface Plan {
  nodes: PlanNode[]
  byId: Map<string, PlanNode>
  onUnhandledError: GraphDocument['onUnhandledError']
  concurrency: number
  budget: number
}

export interface PlanNode {
  id: string
  block: Block
  /** Constant inputs, by pin. */
  constants: Record<string, unknown>
  /** Input pins with a link, each dynamic sub-pin by itself, in the order of the links. */
  linkedPins: string[]
  /** Paths of the linked pins that are dynamic. */
  dynamicPins: Map<string, { base: string; steps: PinStep[] }>
  /** Links that leave each output pin, in the order they were saved. */
  links: Map<string, PlanLink[]>
  /** No link leads here: the execution begins with it. */
  isStart: boolean
  coercions: [pin: string, coerce: (value: unknown) => unknown][]
  timeoutMs: number
  retry: RetryPolicy | undefined
  /** Names of credentials, by qualified provider. */
  credentials: Readonly<Record<string, string>>
  /** The graph version that the node runs, for a node that runs one. */
  childVersionId: string | undefined
}

export interface PlanLink {
  /** The output pin as the document names it: `greet.output_#_name`. */
  from: string
  steps: PinStep[]
  sink: PlanNode
  sinkPin: string
  /** The value is kept at the sink and reused. */
  isStatic: boolean
}

/** @param blockOf the block of each node, as pinned by the graph version. Notes are left out of the plan. */
export function compilePlan(
  document: GraphDocument,
  blockOf: (node: GraphNode) => Block,
  children: Record<string, string> = {},
): Plan {
  const nodes = document.nodes.map((node) => planNode(node, blockOf(node), children)).filter(({ block }) => block.kind !== 'note')
  const byId = new Map(nodes.map((node) => [node.id, node]))
  for (const { from, to } of document.links) {
    const [source, sink] = [parseEnd(from), parseEnd(to)]
    const [sourceNode, sinkNode] = [byId.get(source.node), byId.get(sink.node)]
    if (sourceNode && sinkNode) addLink(sourceNode, source.pin, sinkNode, sink.pin)
  }
  const { onUnhandledError, concurrency, budget } = document
  return { nodes, byId, onUnhandledError, concurrency, budget }
}

function planNode(node: GraphNode, block: Block, children: Record<string, string>): PlanNode {
  return {
    id: node.id,
    block,
    constants: node.inputs,
    linkedPins: [],
    dynamicPins: new Map(),
    links: new Map(),
    isStart: true,
    coercions: coercionsOf(block),
    timeoutMs: node.timeoutMs ?? block.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retry: node.retry,
    credentials: node.credentials ?? {},
    childVersionId: children[node.id],
  }
}

function addLink(source: PlanNode, sourcePin: string, sink: PlanNode, sinkPin: string): void {
  const { base, steps } = parseSourcePin(sourcePin)
  const links = source.links.get(base) ?? []
  links.push({ from: `${source.id}.${sourcePin}`, steps, sink, sinkPin, isStatic: source.block.staticOutput })
  source.links.set(base, links)
  sink.isStart = sink.block.kind === 'input'
  if (sink.linkedPins.includes(sinkPin)) return
  sink.linkedPins.push(sinkPin)
  const path = parsePinPath(sinkPin)
  if (path.steps.length > 0) sink.dynamicPins.set(sinkPin, path)
}

/** A tool pin (`tools_^_<node>_~_<pin>`) belongs to the pin `tools`; rule 16. */
function parseSourcePin(pin: string): { base: string; steps: PinStep[] } {
  return pin.startsWith('tools_^_') ? { base: 'tools', steps: [] } : parsePinPath(pin)
}

const coercions = new WeakMap<Block, PlanNode['coercions']>()

function coercionsOf(block: Block): PlanNode['coercions'] {
  const known = coercions.get(block)
  if (known) return known
  const compiled = Object.entries(block.inputSchema.properties ?? {}).flatMap(([pin, schema]) => {
    const coerce = compileCoercion(schema, block.inputSchema)
    return coerce ? [[pin, coerce] as PlanNode['coercions'][number]] : []
  })
  coercions.set(block, compiled)
  return compiled
}
