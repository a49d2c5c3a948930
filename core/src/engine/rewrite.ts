import type { ExecutionEvent } from './events.ts'
import { toSchedulerEvent } from './fold.ts'
import { lineageKey, type NodeExecution, type Tag } from './pairing/index.ts'
import type { Plan } from './plan/index.ts'
import type { Decision } from './decisions.ts'
import { Scheduler } from './scheduler.ts'

/**
 * Rewrites the journal of a graph that pairs values by their iterations, for an execution in which some runs are
 * repeated. What follows from the results of these runs is left out, because the repeated runs may have other results:
 * their values, and the decision that no value arrives. All other events are kept. The numbers of node executions may
 * change.
 *
 * @param change returns the events that replace an event of a node execution
 */
export function rewriteJournal(
  plan: Plan,
  events: Iterable<ExecutionEvent>,
  change: (event: NodeEvent, run: NodeExecution) => ExecutionEvent[],
): ExecutionEvent[] {
  const [before, after] = [new Scheduler(plan), new Scheduler(plan)]
  const twins = new Twins(after)
  const kept: ExecutionEvent[] = []
  const add = (event: ExecutionEvent): void => {
    kept.push(event)
    const input = toSchedulerEvent(event)
    for (const decision of input ? after.step(input) : []) kept.push(...graphOutput(decision))
  }
  for (const event of events) {
    const input = toSchedulerEvent(event)
    const run = 'node' in event ? before.nodeExecution(event.node, event.n) : undefined
    if (event.type === 'ExecutionStarted') add(event)
    else if (run && 'node' in event) {
      const twin = twins.find(run)
      if (twin) for (const changed of change({ ...event, n: twin.n }, run)) add(changed)
    }
    if (input) before.step(input)
  }
  return kept
}

/** Changes the events of node executions in the journal of a graph that pairs values in the order of arrival. */
export function changeJournal(
  plan: Plan,
  events: Iterable<ExecutionEvent>,
  change: (event: NodeEvent, run: NodeExecution) => ExecutionEvent[],
): ExecutionEvent[] {
  const scheduler = new Scheduler(plan)
  const changed: ExecutionEvent[] = []
  for (const event of events) {
    const run = 'node' in event ? scheduler.nodeExecution(event.node, event.n) : undefined
    if (run && 'node' in event) changed.push(...change(event, run))
    else if (event.type !== 'ExecutionFinished') changed.push(event)
    const input = toSchedulerEvent(event)
    if (input) scheduler.step(input)
  }
  return changed
}

type NodeEvent = Extract<ExecutionEvent, { node: string }>

function graphOutput(decision: Decision): ExecutionEvent[] {
  return decision.type === 'graph-output' ? [{ type: 'GraphOutput', name: decision.name, value: decision.value }] : []
}

/** Finds the runs of another scheduler with the same node, tag, lineage and values. */
class Twins {
  readonly #other: Scheduler
  readonly #known = new Map<NodeExecution, NodeExecution | undefined>()
  readonly #byKey = new Map<string, NodeExecution>()
  readonly #seen = new Map<string, number>()
  readonly #tags = new WeakMap<Tag, string>()
  /** Short names of keys, because the key of a turn contains that of the turn before. */
  readonly #ids = new Map<string, string>()

  constructor(other: Scheduler) {
    this.#other = other
  }

  find(run: NodeExecution): NodeExecution | undefined {
    if (this.#known.has(run)) return this.#known.get(run)
    const found = this.#byKey.get(this.#runKey(run)) ?? this.#search(run)
    const twin = found && found.status !== 'INCOMPLETE' && hasSameValues(run, found) ? found : undefined
    this.#known.set(run, twin)
    return twin
  }

  /** Indexes the runs of the node that were created since the last search. */
  #search(run: NodeExecution): NodeExecution | undefined {
    const { id } = run.node
    for (let n = (this.#seen.get(id) ?? 0) + 1; ; n++) {
      const other = this.#other.nodeExecution(id, n)
      if (!other) break
      this.#seen.set(id, n)
      this.#byKey.set(this.#runKey(other), other)
    }
    return this.#byKey.get(this.#runKey(run))
  }

  #runKey({ node, tag, lineage, step }: NodeExecution): string {
    return `${node.id} ${this.#tagKey(tag)} ${lineageKey(lineage)}${step ? ` ${step.number}` : ''}`
  }

  #tagKey(tag: Tag): string {
    const known = this.#tags.get(tag)
    if (known !== undefined) return known
    const { scope, parent, index, from } = tag
    let key = ''
    if (scope && parent) {
      const opener = scope.producer
        ? `(${this.#runKey(scope.producer)})${scope.kind}`
        : `${this.#tagKey(parent)}/${scope.cycle?.index}`
      key = `${opener}[${index}${from ? `<${this.#tagKey(from.tag)} ${lineageKey(from.lineage)}` : ''}]`
    }
    const id = this.#ids.get(key) ?? String(this.#ids.size)
    this.#ids.set(key, id)
    this.#tags.set(tag, id)
    return id
  }
}

/** Whether two runs have received the same values, which both schedulers share. */
function hasSameValues(a: NodeExecution, b: NodeExecution): boolean {
  if (!isSameValue(a.step?.earlier, b.step?.earlier)) return false
  if (a.values.size !== b.values.size || a.collected?.failure !== b.collected?.failure || !a.refusal !== !b.refusal) return false
  return [...a.values].every(([pin, value]) => isSameValue(value, b.values.get(pin)))
}

/** A list that was collected is another list of the same items. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isSameValue(item, b[i]))
  return JSON.stringify(a) === JSON.stringify(b)
}
