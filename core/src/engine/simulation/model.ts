import { TOOLS_PIN, parsePinPath, parseToolPin, placeValue, selectValue } from '../../pins/index.ts'
import type { ExecutionEvent } from '../events.ts'
import type { Plan, PlanLink, PlanNode } from '../plan/index.ts'
import { missingPins } from '../pairing/index.ts'
import type { Scheduler } from '../scheduler.ts'

/** @throws {Error} with the message when the condition is false */
export function assert(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(message())
}

interface Arrived {
  values: Map<string, unknown>
  /** Created at the start of the execution, so it needs no values. */
  isStarted: boolean
}

interface Sink {
  statics: Map<string, unknown>
  executions: Arrived[]
  /** The values that arrived over links that are not static, by pin, in order. */
  queues: Map<string, unknown[]>
}

/**
 * A slow, independent model of the deliveries in a journal: rules 4 to 7 as they are written, with one list per node
 * that is searched from its beginning each time.
 */
class Deliveries {
  readonly sinks: Map<PlanNode, Sink>
  /** The values that arrived at the outputs of the graph, in order, until the budget is exceeded. */
  readonly outputs: [name: string, value: unknown][] = []
  /** The number of node executions without missing values. */
  ready = 0

  constructor(plan: Plan) {
    this.sinks = new Map(plan.nodes.map((node) => [node, { statics: new Map(), executions: [], queues: new Map() }]))
  }

  start(node: PlanNode): void {
    this.sinks.get(node)?.executions.push({ values: new Map(), isStarted: true })
    this.#collect(node, new Map())
  }

  deliver(source: PlanNode, pin: string, value: unknown): void {
    const tool = parseToolPin(pin)
    const links = source.links.get(tool ? TOOLS_PIN : pin) ?? []
    if (!tool) for (const link of links) this.#deliverTo(link, selectValue(value, link.steps))
    const link = links.find(({ sink, sinkPin }) => sink.id === tool?.node && sinkPin === tool.pin)
    if (link) this.#deliverTo(link, value)
  }

  #deliverTo({ sink, sinkPin, isStatic }: PlanLink, value: unknown): void {
    const at = this.sinks.get(sink)
    if (!at || value === undefined) return
    const lacking = at.executions.filter((each) => !isReady(sink, each) && !each.values.has(sinkPin))
    if (isStatic) at.statics.set(sinkPin, value)
    else at.queues.set(sinkPin, [...(at.queues.get(sinkPin) ?? []), value])
    const filled = isStatic ? lacking : lacking.slice(0, 1)
    if (filled.length === 0 && (!isStatic || isReady(sink, { values: at.statics, isStarted: false }))) {
      const made = { values: new Map(at.statics), isStarted: false }
      at.executions.push(made)
      filled.push(made)
    }
    for (const each of filled) each.values.set(sinkPin, value)
    for (const each of filled) if (isReady(sink, each)) this.#collect(sink, each.values)
  }

  #collect({ block, constants, linkedPins }: PlanNode, values: ReadonlyMap<string, unknown>): void {
    this.ready++
    const { name } = constants
    if (block.kind !== 'output' || typeof name !== 'string') return
    let { value } = constants
    for (const pin of linkedPins) {
      const { base, steps } = parsePinPath(pin)
      if (steps.some(({ kind, key }) => kind === 'index' && !/^\d+$/.test(key))) return // its run fails
      if (base === 'value' && values.has(pin)) value = placeValue(value, steps, values.get(pin))
    }
    if (value !== undefined) this.outputs.push([name, value])
  }
}

/** Rule 7: all pins have values, or all except those that are feedback, which then have none. */
function isReady({ block, linkedPins }: PlanNode, { values, isStarted }: Arrived): boolean {
  const [feedback, others] = [linkedPins.filter(isFeedback), linkedPins.filter((pin) => !isFeedback(pin))]
  function isFeedback(pin: string): boolean {
    return block.feedbackPins.has(parsePinPath(pin).base)
  }
  if (isStarted || linkedPins.every((pin) => values.has(pin))) return true
  return feedback.length > 0 && others.every((pin) => values.has(pin)) && !feedback.some((pin) => values.has(pin))
}

/** Rules 4 to 6 and 9: each value is in exactly one node execution, the expected one, and `missingPins` is correct. */
export function assertDelivered(plan: Plan, events: readonly ExecutionEvent[], scheduler: Scheduler): void {
  const { sinks, outputs } = toDeliveries(plan, events)
  assertCollected(outputs, scheduler)
  const executions = Map.groupBy(scheduler.nodeExecutions(), ({ node }) => node)
  for (const [node, sink] of sinks) {
    const found = executions.get(node) ?? []
    assert(
      found.length === sink.executions.length,
      () => `${node.id} has ${found.length} node executions, not ${sink.executions.length}`,
    )
    for (const [i, run] of found.entries()) {
      const expected = sink.executions[i]
      const name = `${node.id}.${run.n}`
      const isSame = node.linkedPins.every((pin) => Object.is(run.values.get(pin), expected?.values.get(pin)))
      assert(isSame, () => `${name} has ${show(run.values)}, not ${show(expected?.values)}`)
      const isComplete = expected !== undefined && isReady(node, expected)
      assert((run.status === 'INCOMPLETE') !== isComplete, () => `${name} is ${run.status} and has ${show(run.values)}`)
      const missing = node.linkedPins.filter((pin) => !expected?.values.has(pin))
      assert(missing.join() === missingPins(run).join(), () => `${name} reports as missing ${missingPins(run).join()}`)
    }
    assertFirstInFirstOut(node, sink, scheduler)
  }
}

/** Rule 17. If the budget was exceeded, later outputs are missing. */
function assertCollected(arrived: [name: string, value: unknown][], { outputs, status }: Scheduler): void {
  for (const name of new Set([...arrived.map(([each]) => each), ...Object.keys(outputs)])) {
    const expected = arrived.filter(([each]) => each === name).map(([, value]) => value)
    const found = outputs[name] ?? []
    const reported = JSON.stringify(status === 'FAILED' ? expected.slice(0, found.length) : expected)
    assert(JSON.stringify(found) === reported, () => `output ${name} is ${JSON.stringify(found)}, not ${reported}`)
  }
}

/**
 * Rule 5, without the model: on a pin without a static link, the i-th value is in the i-th node execution, and in no
 * other one. Runs of a node with feedback pins may lack values.
 */
function assertFirstInFirstOut(node: PlanNode, { queues, statics }: Sink, scheduler: Scheduler): void {
  if (node.block.feedbackPins.size > 0) return
  for (const [pin, queue] of queues) {
    if (statics.has(pin) || node.isStart) continue
    for (const [i, value] of queue.entries()) {
      const values = scheduler.nodeExecution(node.id, i + 1)?.values
      assert(Object.is(values?.get(pin), value), () => `value ${i + 1} of ${node.id}.${pin} is not in node execution ${i + 1}`)
    }
    const next = scheduler.nodeExecution(node.id, queue.length + 1)
    assert(!next?.values.has(pin), () => `${node.id}.${queue.length + 1} has a value on ${pin} that was not delivered`)
  }
}

function toDeliveries(plan: Plan, events: readonly ExecutionEvent[]): Deliveries {
  const deliveries = new Deliveries(plan)
  for (const event of events) {
    if (deliveries.ready > plan.budget) break // rule 14: a retry reports all interrupted effects, even after the end
    if (event.type === 'ExecutionStarted') for (const node of plan.nodes) if (node.isStart) deliveries.start(node)
    if (event.type !== 'NodeOutput' && event.type !== 'NodeFinished') continue
    const node = plan.byId.get(event.node)
    if (!node) continue
    if (event.type === 'NodeOutput') deliveries.deliver(node, event.pin, event.value)
    else if (event.error && event.retryInMs === undefined) {
      deliveries.deliver(node, 'error', event.error.message)
      if (plan.onUnhandledError === 'FAIL' && !node.links.has('error')) break // rule 12: later events are ignored
    }
  }
  return deliveries
}

function show(values: ReadonlyMap<string, unknown> | undefined): string {
  return JSON.stringify(Object.fromEntries(values ?? []))
}
