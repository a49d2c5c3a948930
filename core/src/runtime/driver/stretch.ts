import type { ForeseenCall } from '../../sandbox/calls/index.ts'
import type { Stretch, StretchNode } from '../../sandbox/channel/index.ts'
import { DEFAULT_TIMEOUT_MS } from '../../engine/graph/index.ts'
import { bringToTypes, type NodeExecution, type PlanLink, type PlanNode } from '../../engine/index.ts'

/**
 * A *stretch* is the part of a graph behind a node that a guest can run by itself: nodes of the same plugin, all without
 * capabilities (so the first too: what follows would run beside its grant), that wait for one value only. The call of the node takes it along; the guest runs what follows on what the node yields, and
 * reports. The scheduler decides as ever; where it starts a node execution that the guest has begun on the same value,
 * the driver takes that one's results instead of asking again. So a stretch saves a way to the sandbox and back per block, and can
 * be wrong without harm.
 */
export interface PlannedStretch {
  /** JSON text of a {@link Stretch}. */
  json: string
  /** By index of {@link Stretch.nodes}. */
  nodes: PlanNode[]
}

/** What a stretch may hold, so that it costs little where it is of no use. */
const MOST_NODES = 64
const MOST_CHARS = 16_384
/** Node executions that are begun and not wanted; the oldest are dropped. */
const MOST_FORESEEN = 512

const stretches = new WeakMap<PlanNode, PlannedStretch | undefined>()

/** @returns undefined where nothing can follow */
export function stretchFrom(start: PlanNode): PlannedStretch | undefined {
  if (!stretches.has(start)) stretches.set(start, planStretch(start))
  return stretches.get(start)
}

function planStretch(start: PlanNode): PlannedStretch | undefined {
  if (start.block.grant !== '') return undefined
  const nodes = [start]
  const stretch: Stretch = { nodes: [] }
  let chars = 0
  for (const node of nodes) {
    const planned: StretchNode = { block: node.block.name, inputs: bringToTypes(node, { ...node.constants }), links: {} }
    chars += JSON.stringify(planned.inputs).length
    if (chars > MOST_CHARS) return undefined
    stretch.nodes.push(planned)
    for (const [pin, links] of node.links) {
      const followed = links.filter((link) => pin !== 'error' && canFollow(start, link))
      for (const { sink } of followed) if (!nodes.includes(sink) && nodes.length < MOST_NODES) nodes.push(sink)
      const indexed = followed
        .map(({ sink, sinkPin }) => target(nodes.indexOf(sink), sink, sinkPin))
        .filter(([node]) => node >= 0)
      if (indexed.length > 0) planned.links[pin] = indexed
    }
  }
  return Object.keys(stretch.nodes[0]?.links ?? {}).length > 0 ? { json: JSON.stringify(stretch), nodes } : undefined
}

function target(index: number, sink: PlanNode, pin: string): [node: number, pin: string, type?: string] {
  const type = plainTypeOf(sink, pin)
  return type === undefined ? [index, pin] : [index, pin, type]
}

/** Rule 8 leaves a value of this type alone; undefined where it leaves every value alone. */
function plainTypeOf({ block, coercions }: PlanNode, pin: string): string | undefined {
  if (!coercions.some(([each]) => each === pin)) return undefined
  const type = block.inputSchema.properties?.[pin]?.type
  return type === 'string' || type === 'number' || type === 'boolean' ? type : NONE
}

/** What `typeof` says of no value. */
const NONE = 'none'

function canFollow({ block: { plugin } }: PlanNode, { sink, sinkPin, steps, isStatic }: PlanLink): boolean {
  const { block } = sink
  return (
    !isStatic &&
    steps.length === 0 &&
    block.plugin === plugin &&
    (block.kind === 'standard' || block.kind === 'output') &&
    block.grant === '' &&
    !block.serial &&
    sink.linkedPins.length === 1 &&
    !sink.dynamicPins.has(sinkPin) &&
    sink.timeoutMs === DEFAULT_TIMEOUT_MS &&
    plainTypeOf(sink, sinkPin) !== NONE
  )
}

/** A node execution that a guest has begun by itself, on this value. */
export interface ForeseenRun {
  stretch: PlannedStretch
  value: unknown
  call: ForeseenCall
}

/** The node executions that guests have begun by themselves and the scheduler has not asked for so far. */
export class ForeseenRuns {
  readonly #byNode = new Map<PlanNode, ForeseenRun[]>()
  #size = 0

  /** @param value that the calls have been begun on */
  add(stretch: PlannedStretch, value: unknown, calls: readonly ForeseenCall[]): void {
    for (const call of calls) {
      const node = stretch.nodes[call.node]
      if (!node || this.#size >= MOST_FORESEEN) {
        call.drop()
        continue
      }
      const known = this.#byNode.get(node)
      if (known) known.push({ stretch, value, call })
      else this.#byNode.set(node, [{ stretch, value, call }])
      this.#size++
    }
  }

  /** @returns the call that runs the node on just the inputs that it is to run on */
  take({ node, values, attempt, outputs, override }: NodeExecution): ForeseenRun | undefined {
    const known = this.#byNode.get(node)
    const [pin] = node.linkedPins
    if (!known || known.length === 0 || pin === undefined || attempt > 1 || outputs > 0 || override) return undefined
    const value = values.get(pin)
    const found = known.findIndex((each) => each.value === value)
    if (found < 0) return undefined
    this.#size--
    return known.splice(found, 1)[0]
  }

  dropAll(): void {
    for (const known of this.#byNode.values()) for (const { call } of known) call.drop()
    this.#byNode.clear()
    this.#size = 0
  }
}
