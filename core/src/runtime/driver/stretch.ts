import type { ForeseenCall } from '../../sandbox/calls/index.ts'
import type { Stretch, StretchNode } from '../../sandbox/channel/index.ts'
import { DEFAULT_TIMEOUT_MS } from '../../engine/graph/index.ts'
import { coerceInputs, type NodeExecution, type PlanLink, type PlanNode } from '../../engine/index.ts'

/**
 * A *stretch* is the part of a graph behind a node that a guest can run without the host: nodes of the same plugin that
 * have no capabilities and wait for a single value. The first node must not have capabilities either, because the
 * following nodes would share its grant. The call of the node includes the stretch. The guest speculatively runs the
 * following nodes on the values that the node yields, and reports the results. The scheduler makes its decisions as
 * usual. If it starts a node execution that the guest has already started on the same value, the driver uses the
 * results of that run instead of a new call. A stretch saves one round trip to the sandbox per block, and wrong
 * speculation has no effect.
 */
export interface PlannedStretch {
  /** JSON text of a {@link Stretch}. */
  json: string
  /** The plan node of each node in {@link Stretch.nodes}. */
  nodes: PlanNode[]
}

/** Limits of a stretch, which keep its cost low if the speculation is not used. */
const MAX_NODES = 64
const MAX_CHARS = 16_384
/** The maximum number of unused foreseen runs. Further runs are dropped. */
const MAX_FORESEEN = 512

const stretches = new WeakMap<PlanNode, PlannedStretch | undefined>()

/** @returns undefined if no node can follow */
export function getStretch(start: PlanNode): PlannedStretch | undefined {
  if (!stretches.has(start)) stretches.set(start, planStretch(start))
  return stretches.get(start)
}

function planStretch(start: PlanNode): PlannedStretch | undefined {
  if (start.block.capabilityKey !== '' || start.block.plugin.isolated) return undefined
  const nodes = [start]
  const stretch: Stretch = { nodes: [] }
  let chars = 0
  for (const node of nodes) {
    const planned: StretchNode = { block: node.block.name, inputs: coerceInputs(node, { ...node.constants }), links: {} }
    chars += JSON.stringify(planned.inputs).length
    if (chars > MAX_CHARS) return undefined
    stretch.nodes.push(planned)
    for (const [pin, links] of node.links) {
      const followed = links.filter((link) => pin !== 'error' && canFollow(start, link))
      for (const { sink } of followed) if (!nodes.includes(sink) && nodes.length < MAX_NODES) nodes.push(sink)
      const indexed = followed
        .map(({ sink, sinkPin }) => target(nodes.indexOf(sink), sink, sinkPin))
        .filter(([node]) => node >= 0)
      if (indexed.length > 0) planned.links[pin] = indexed
    }
  }
  return Object.keys(stretch.nodes[0]?.links ?? {}).length > 0 ? { json: JSON.stringify(stretch), nodes } : undefined
}

function target(index: number, sink: PlanNode, pin: string): [node: number, pin: string, type?: string] {
  const type = uncoercedType(sink, pin)
  return type === undefined ? [index, pin] : [index, pin, type]
}

/** The type that rule 8 does not convert. Undefined if rule 8 converts no value at this pin. */
function uncoercedType({ block, coercions }: PlanNode, pin: string): string | undefined {
  if (!coercions.some(([each]) => each === pin)) return undefined
  const type = block.inputSchema.properties?.[pin]?.type
  return type === 'string' || type === 'number' || type === 'boolean' ? type : NONE
}

/** A type name that `typeof` never returns. */
const NONE = 'none'

function canFollow({ block: { plugin } }: PlanNode, { sink, sinkPin, steps, isStatic, flow }: PlanLink): boolean {
  const { block } = sink
  return (
    !isStatic &&
    !flow?.isCarry &&
    block.collectPins.size === 0 &&
    block.toolsPin === undefined &&
    block.stepsPin === undefined &&
    steps.length === 0 &&
    block.plugin === plugin &&
    (block.kind === 'standard' || block.kind === 'output') &&
    block.capabilityKey === '' &&
    block.unavailable === undefined &&
    !block.serial &&
    sink.linkedPins.length === 1 &&
    !sink.dynamicPins.has(sinkPin) &&
    sink.timeoutMs === DEFAULT_TIMEOUT_MS &&
    uncoercedType(sink, sinkPin) !== NONE
  )
}

/** A node execution that a guest has started speculatively on this value. */
export interface ForeseenRun {
  stretch: PlannedStretch
  value: unknown
  call: ForeseenCall
}

/** The node executions that guests have started speculatively and that the scheduler has not requested yet. */
export class ForeseenRuns {
  readonly #byNode = new Map<PlanNode, ForeseenRun[]>()
  #size = 0

  /** @param value the value on which the calls were started */
  add(stretch: PlannedStretch, value: unknown, calls: readonly ForeseenCall[]): void {
    for (const call of calls) {
      const node = stretch.nodes[call.node]
      if (!node || this.#size >= MAX_FORESEEN) {
        call.drop()
        continue
      }
      const known = this.#byNode.get(node)
      if (known) known.push({ stretch, value, call })
      else this.#byNode.set(node, [{ stretch, value, call }])
      this.#size++
    }
  }

  /** @returns the call that runs the node on the inputs of this node execution */
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
