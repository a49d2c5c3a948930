import type { SourcePosition } from '../../../blocks/index.ts'
import type { Collections, CyclePlan, GatherPlan, PlanLink, PlanNode } from '../../plan/index.ts'
import type { Lineage } from './lineage.ts'

/** The reason why a run of a node failed. */
export interface NodeFailure {
  code: string
  message: string
  /** The position in the source of the plugin where the block threw the error. */
  position?: SourcePosition
  /** One line per stack frame of the plugin's code, innermost first. */
  stack?: string
}

/** One run of a node. It is created when its first value arrives, and ready when every linked pin has a value. */
export interface NodeExecution {
  node: PlanNode
  /** 1, 2, 3 … per node. */
  n: number
  attempt: number
  status: 'INCOMPLETE' | 'QUEUED' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'
  /** Values that have arrived, by linked pin. */
  values: Map<string, unknown>
  /** The number of outputs delivered so far. */
  outputs: number
  /** The number of sleeps that have ended. They are skipped when the block runs again. */
  slept: number
  /** The current sleep while it is WAITING. */
  currentSleep: Sleep | undefined
  error?: NodeFailure
  /** Inputs that replace those that arrived. */
  override?: Record<string, unknown>
  /** The iteration to which it belongs; the root in a graph that pairs values in the order of arrival. */
  tag: Tag
  /** Which of several links of a pin it and the runs before it took. */
  lineage: Lineage
  /** The loop that it produces, and that of its tool calls. */
  loop: Scope | undefined
  tools: Scope | undefined
  /** Output pins that have a value and are not many. */
  yielded: Set<string> | undefined
  /** What the pin that is marked `loop` of a collect node receives. */
  collected: LoopReport | undefined
  /** Why it must not run. */
  refusal: NodeFailure | undefined
  /** If its block runs in steps. */
  step: RunStep | undefined
  /** The call of a tool that it carries out. */
  call: ToolCall | undefined
}

/** The place of a run among the steps of its node. */
export interface RunStep {
  /** 1, 2, 3 … */
  number: number
  /** The steps before it. */
  earlier: readonly StepRecord[]
  /** Undefined until it asks for the next step. */
  next: NextStep | undefined
}

/** What a run has yielded to ask for the next step, and its tool calls since then. */
interface NextStep {
  value: unknown
  calls: ToolCall[]
  /** The calls of each node, and the number of those that have an argument, by pin. */
  byNode: Map<string, { calls: ToolCall[]; filled: Map<string, number> }>
  /** The calls that something still carries out, or that will be carried out. */
  open: Set<ToolCall>
}

/** What the next steps receive of a step. */
interface StepRecord {
  /** What the step yielded to ask for the next one. */
  value: unknown
  calls: CallResult[]
}

/** What became of a tool call. */
export interface CallResult {
  nodeId: string
  /** What the node yielded, by pin. */
  outputs: Record<string, unknown[]>
  error?: { code: string; message: string }
}

/** A tool call of a step. */
export interface ToolCall {
  caller: NodeExecution
  /** The id of the node, and its pins that have an argument. */
  node: string
  pins: Set<string>
  /** Whether a link of the caller has delivered an argument. */
  isDelivered: boolean
  /** What the node executions that carry it out have given so far. */
  results: { run: NodeExecution; outputs: [pin: string, value: unknown][] }[]
  /** The number of them that have not ended. */
  open: number
  /** The next step has begun, so nothing of the call may start any more. */
  isOver: boolean
}

/** The loops that a collect node has closed. */
export interface LoopReport {
  iterations: number
  /** The number of iterations that have delivered nothing to a collect pin of the node. */
  dropped: number
  /** The message of the failure of a producer. */
  failure: string | null
}

/** A durable wait of a block. */
export interface Sleep {
  /** 1, 2, 3 … per node execution, in the order of the block's requests. */
  sleep: number
  /** The end of the sleep, in milliseconds since 1970 on the database clock. */
  until: number
}

/**
 * The iteration to which a value or a run belongs. Tags form a tree: the parent of an iteration is the tag of the run
 * that produces its loop. The root belongs to no iteration. Two tags are equal if they are the same object.
 */
export class Tag {
  readonly parent: Tag | undefined
  /** Undefined for the root. */
  readonly scope: Scope | undefined
  /** 0, 1, 2 … in its scope. 0 for the root. */
  readonly index: number
  readonly depth: number
  /** The tag and the lineage from which a back edge has led to this turn of a cycle. */
  readonly from: { tag: Tag; lineage: Lineage } | undefined
  /** The number of runs with this tag, or with a longer one, that have not ended. */
  alive = 0
  /** Those that are queued or running. */
  active = 0
  /** Node executions that count towards its budget. */
  used = 0
  hasFailed = false
  /** The tool call of a step whose iteration it is. */
  call: ToolCall | undefined
  /** The values that have arrived with this tag, by receiving node. See `Joins`. */
  slots: Map<PlanNode, unknown> | undefined
  /** For each watch of its depth, the number of runs that it counts. */
  counts: Map<number, number> | undefined
  /** What waits until a count is 0, by watch. */
  waiters: Map<number, Set<unknown>> | undefined
  gathers: Map<GatherPlan, unknown> | undefined
  /** The cycles whose turns have this tag as parent. */
  cycles: Map<CyclePlan, Scope> | undefined
  /** The turns to which back edges lead from here, by cycle and lineage. */
  nexts: Map<CyclePlan, Map<string, Tag>> | undefined
  /** The values that earlier iterations have carried here. */
  carried: Map<PlanLink, unknown> | undefined
  /** The collect nodes that have received a value of this iteration. */
  gathered: Set<PlanNode> | undefined

  constructor(parent?: Tag, scope?: Scope, index = 0, from?: { tag: Tag; lineage: Lineage }) {
    this.parent = parent
    this.scope = scope
    this.index = index
    this.depth = parent ? parent.depth + 1 : 0
    this.from = from
  }
}

/** The iterations that one run produces, or the turns of one cycle for one outer tag. */
export class Scope {
  /** Undefined for a cycle. */
  readonly producer: NodeExecution | undefined
  readonly cycle: CyclePlan | undefined
  readonly kind: 'LOOP' | 'TOOLS' | 'CYCLE'
  readonly parent: Tag
  /** That of the producer; for a cycle, the notes on which all values that have entered it agree. */
  lineage: Lineage
  /** The number of iterations so far. */
  opened = 0
  /** The number of iterations in which a run has not ended, and in which a run is queued or running. */
  alive = 0
  active = 0
  failed = 0
  /** The number of iterations that have delivered a value to a collect node of this scope. */
  delivered = 0
  /** The number of values of each pin that is many. */
  readonly counts = new Map<string, number>()
  /** Whether the producer has stated the iteration of a value, so that counts may differ. */
  hasExplicit = false
  isProduced = false
  isEnded = false
  /** The message of the failure of the producer. */
  failure: string | undefined
  /** Iterations that may still receive values of the producer. */
  readonly open = new Map<number, Tag>()
  /** The iterations of tool calls, by sink and number. */
  calls: Map<string, Tag> | undefined
  /** What waits for values of the producer. */
  waiters: Set<unknown> | undefined
  /** The first iteration for which no value is carried yet, by link. */
  carries: Map<PlanLink, unknown> | undefined

  constructor(kind: Scope['kind'], parent: Tag, producer: NodeExecution | undefined, cycle?: CyclePlan) {
    this.kind = kind
    this.parent = parent
    this.producer = producer
    this.cycle = cycle
    this.lineage = producer?.lineage
  }

  get collections(): Collections | undefined {
    return this.cycle?.turns ?? this.producer?.node.flow?.[this.kind === 'TOOLS' ? 'tools' : 'loop']
  }
}

/** Creates an incomplete run. */
export function createRun(node: PlanNode, n: number, tag: Tag, values: Map<string, unknown>, lineage?: Lineage): NodeExecution {
  return {
    node,
    n,
    attempt: 1,
    status: 'INCOMPLETE',
    values,
    outputs: 0,
    slept: 0,
    currentSleep: undefined,
    tag,
    lineage,
    loop: undefined,
    tools: undefined,
    yielded: undefined,
    collected: undefined,
    refusal: undefined,
    step: node.block.stepPin === undefined ? undefined : { number: 1, earlier: [], next: undefined },
    call: undefined,
  }
}

/** The linked pins that a node execution still lacks. */
export function missingPins({ node, values }: NodeExecution): string[] {
  return node.linkedPins.filter((pin) => !values.has(pin))
}

/** The producer of a loop has failed, so the lists that the run has received are not complete. */
export function findLostItems({ collected, node }: NodeExecution): NodeFailure | undefined {
  if (collected?.failure === null || collected === undefined) return undefined
  const message = `node "${node.id}" has collected only ${collected.iterations} iterations, because the producer of the loop failed: ${collected.failure}`
  return { code: 'LOOP_INCOMPLETE', message }
}
