import type { Block } from '../../blocks/index.ts'
import type { JsonSchema, PinStep } from '../../pins/index.ts'
import type { GraphDocument, LoopOptions, RetryPolicy } from '../graph/index.ts'

/** A compiled graph version. The scheduler looks up and parses nothing while it runs. */
export interface Plan {
  nodes: PlanNode[]
  byId: Map<string, PlanNode>
  onUnhandledError: GraphDocument['onUnhandledError']
  pairing: GraphDocument['pairing']
  concurrency: number
  budget: number
}

export interface PlanNode {
  id: string
  /** Its place in the plan. */
  index: number
  block: Block
  /** Constant inputs, by pin. */
  constants: Record<string, unknown>
  /** Input pins with a link, including each dynamic sub-pin, in the order of the links. */
  linkedPins: string[]
  /** Paths of the linked pins that are dynamic. */
  dynamicPins: Map<string, { base: string; steps: PinStep[] }>
  /** Links from each output pin, in their order in the document. */
  links: Map<string, PlanLink[]>
  /** No link leads to this node, so it runs when the execution starts. */
  isStart: boolean
  coercions: [pin: string, coerce: (value: unknown) => unknown][]
  timeoutMs: number
  retry: RetryPolicy | undefined
  loop: LoopOptions | undefined
  /** What its pin that is marked `tools` receives. */
  tools: Tool[] | undefined
  /** Names of credentials, by qualified provider. */
  credentials: Readonly<Record<string, string>>
  /** The graph version that a graph node runs. */
  childVersionId: string | undefined
  /** Undefined in a graph that pairs values in the order of arrival. */
  flow: NodeFlow | undefined
}

/** A tool of a node: another node, with a parameter for each link that leads to it from the pin `tools`. */
export interface Tool {
  /** Unique among the tools of the node: letters, digits, `_` and `-`, at most 64 characters. */
  name: string
  description: string
  nodeId: string
  /** The input pin of each parameter. */
  pins: Record<string, string>
  /** The JSON Schema of an object with the parameters. */
  parameters: JsonSchema
}

export interface PlanLink {
  /** Its place in the document. */
  index: number
  /** The output pin as the document names it: `greet.output_#_name`. */
  from: string
  source: PlanNode
  steps: PinStep[]
  sink: PlanNode
  sinkPin: string
  /** Whether the value is kept at the sink and reused. */
  isStatic: boolean
  /** Undefined in a graph that pairs values in the order of arrival. */
  flow: LinkFlow | undefined
}

/** How a node takes part in scopes. Source: execution semantics, rules 22 to 36. */
export interface NodeFlow {
  /** Its place in the topological order of the graph without back edges. */
  order: number
  /** Whether it has one linked pin, so that each value that arrives starts a run. */
  isSimple: boolean
  /** The depths of the tags of its runs. */
  runDepths: ReadonlySet<number>
  maxRunDepth: number
  /** The scopes of its runs, if those of different loops have the same depth. */
  paths: ScopeKey[][] | undefined
  pins: Map<string, PinFlow>
  /** Whether several of its runs may have the same tag. */
  repeats: boolean
  /** Whether it has a pin with several links, so that its runs note which of them they took. */
  hasChoice: boolean
  /** Whether its runs open a scope. */
  opensLoop: boolean
  /** Its output pins that are many and have a link. */
  linkedManyPins: string[]
  /** What collects the values of its loops, and of its tool calls. */
  loop: Collections
  tools: Collections
  /** If its block runs in steps: whether something may still run in a tool call, and when that is decided. */
  callWatch: WatchSet | undefined
  callOrder: number
  /** The links of its pins `done`. */
  doneLinks: PlanLink[]
  doneWatch: WatchSet | undefined
  /** The links of its pin `caught`, and the nodes whose failures it receives. */
  caughtLinks: PlanLink[]
  catches: ReadonlySet<PlanNode>
  /** Links that carry a value from one iteration of its loops to the next. */
  carries: PlanLink[]
  /** The watches that count its runs that have not ended. */
  watches: Watch[]
}

/** What opens a scope: a node with its loops or its tool calls, or a cycle. */
export type ScopeKey = { node: PlanNode; kind: 'LOOP' | 'TOOLS' } | { cycle: CyclePlan }

/** A linked input pin. */
export interface PinFlow {
  name: string
  node: PlanNode
  links: PlanLink[]
  /** The depths at which a value may be found, longest first. */
  depths: number[]
  /** The largest depth of runs that take a value of a shorter tag from this pin. */
  broadcastDepth: number
  isOptional: boolean
  isLatest: boolean
  isCollect: boolean
  carry: PlanLink | undefined
}

interface LinkFlow {
  pin: PinFlow
  /** The depths of the tags that its values have at the sink. For a back edge and an entry, those of the turn. */
  depths: number[]
  opens: 'LOOP' | 'TOOLS' | undefined
  /** The cycle of which it starts the first turn. */
  enters: CyclePlan | undefined
  /** The cycle of which it leads to the next turn. */
  back: CyclePlan | undefined
  isCarry: boolean
  gather: GatherPlan | undefined
  /** Counts the runs that may still cause a value. Only for a pin that waits until no value can arrive. */
  watch: WatchSet | undefined
}

export interface CyclePlan {
  index: number
  nodes: ReadonlySet<PlanNode>
  turns: Collections
}

/** What collects the values of the scopes that one node or cycle opens. */
export interface Collections {
  /** The collections that begin with such a scope, because it is the outermost one that they close. */
  begun: GatherPlan[]
  /** Those whose items are its iterations, because it is the innermost one that they close. */
  counted: GatherPlan[]
  /** All that close it. Their lists are incomplete if its producer fails. */
  closing: GatherPlan[]
}

/** A linked collect pin. */
export interface GatherPlan {
  node: PlanNode
  pin: PinFlow
  /** The depths of the tags of its lists. */
  depths: number[]
  watch: WatchSet
}

/** Watches for the same question at several depths. */
export interface WatchSet {
  byDepth: Map<number, Watch>
}

/**
 * Counts, for each tag of a depth, the runs with this tag or with a longer one that may still cause a certain value
 * with a tag that starts with it.
 */
export interface Watch {
  index: number
  depth: number
  /** Count runs outside of the tag that may still complete a run inside: with a value of a shorter tag. */
  outer: Watch[]
  /** Links that carry a value into an iteration of this depth, without which a run in it waits. */
  carried: { depth: number; link: PlanLink }[]
  /** Values of the producer of an iteration around the tag that may still complete a run inside. */
  pending: { depth: number; source: PlanNode; pin: string }[]
}
