import type { PlanLink, PlanNode } from '../plan/index.ts'
import { TOOLS_PIN, parsePinPath, parseToolPin, selectValue } from '../../pins/index.ts'
import { Carries } from './carries.ts'
import type { Gathers } from './gathers.ts'
import { type Lineage, type NodeExecution, type NodeFailure, Scope, Tag, withChoice } from './tags/index.ts'
import type { Liveness } from './liveness.ts'
import type { Waiter } from './waiters.ts'

const DEFAULT_WINDOW = 1000
/** Larger than the place of any link: a failure of one node and one of another are alternatives, as links are. */
const CAUGHT = 1_000_000
const DEFAULT_BUDGET = 1_000_000

type Arrive = (link: PlanLink, value: unknown, tag: Tag, lineage: Lineage) => void

/**
 * The loops that runs produce: their iterations, their ends and their limits. Source: execution semantics, rules 23, 34
 * and 35.
 */
export class Loops {
  readonly #liveness: Liveness
  readonly #gathers: Gathers
  readonly #carries: Carries
  readonly #arrive: Arrive
  /** All loops and cycles so far, in the order of their start. Only if they are retained. */
  readonly all: Scope[] = []
  retains = true

  constructor(liveness: Liveness, gathers: Gathers, carries: Carries, arrive: Arrive) {
    this.#liveness = liveness
    this.#gathers = gathers
    this.#carries = carries
    this.#arrive = arrive
  }

  /** Called when a run is queued for the first time. */
  open(run: NodeExecution): void {
    const { flow, links } = run.node
    if (links.has(TOOLS_PIN)) run.tools ??= this.#openScope('TOOLS', run)
    if (!flow?.opensLoop || run.loop) return
    run.loop = this.#openScope('LOOP', run)
    this.#carries.open(run.loop, flow.carries)
    if (flow.doneLinks.length > 0) this.#liveness.poke(this.#doneWaiter(run.loop, run))
  }

  /** Adds a loop or a cycle to {@link all}. */
  note(scope: Scope): void {
    if (this.retains) this.all.push(scope)
  }

  #openScope(kind: 'LOOP' | 'TOOLS', run: NodeExecution): Scope {
    const scope = new Scope(kind, run.tag, run)
    this.note(scope)
    this.#gathers.open(scope)
    return scope
  }

  /** Returns the tag of a value that a run yields. @param k the iteration, if the producer states it */
  tagOf(run: NodeExecution, pin: string, k: number | undefined): Tag {
    const tool = parseToolPin(pin)
    if (tool) return this.#callTag(run, tool.node, tool.pin)
    if (!run.loop || !run.node.block.manyPins.has(pin)) return run.tag
    const scope = run.loop
    const count = scope.counts.get(pin) ?? 0
    const index = k ?? count
    if (k !== undefined) scope.hasExplicit = true
    scope.counts.set(pin, index + 1)
    const tag = this.#iteration(scope, index, run.node)
    if (this.#isFull(scope)) this.#liveness.touched.add(scope)
    return tag
  }

  /** Called after the values of {@link tagOf} were delivered. */
  yielded(run: NodeExecution): void {
    if (run.loop) this.#liveness.wakeScope(run.loop)
  }

  #iteration(scope: Scope, index: number, { flow }: PlanNode): Tag {
    const known = scope.open.get(index)
    const tag = known ?? new Tag(scope.parent, scope, index)
    const isNew = index >= scope.opened
    if (isNew) {
      scope.opened = index + 1
      this.#gathers.count(scope, tag)
    }
    const pins = flow?.linkedManyPins ?? []
    const isReceived = pins.every((pin) => (scope.counts.get(pin) ?? 0) > index)
    if (!isReceived || (scope.carries && !known)) scope.open.set(index, tag)
    else if (!scope.carries || Carries.firstWaiting(scope) > index) scope.open.delete(index)
    if (isNew) this.#carries.begin(scope, tag)
    return tag
  }

  /** The j-th values for the pins of one tool are the j-th call of it. */
  #callTag(run: NodeExecution, sink: string, pin: string): Tag {
    run.tools ??= this.#openScope('TOOLS', run)
    const scope = run.tools
    const count = scope.counts.get(`${sink}.${pin}`) ?? 0
    scope.counts.set(`${sink}.${pin}`, count + 1)
    scope.calls ??= new Map()
    const call = `${sink}.${count}`
    const tag = scope.calls.get(call) ?? new Tag(run.tag, scope, scope.opened)
    if (tag.index === scope.opened) {
      scope.opened++
      this.#gathers.count(scope, tag)
    }
    scope.calls.set(call, tag)
    return tag
  }

  /** Whether the producer of a scope may still yield a value of the pin for an iteration. */
  mayYield(scope: Scope, pin: string, tag: Tag): boolean {
    if (scope.isProduced) return false
    if (scope.kind === 'TOOLS') return true
    return (scope.counts.get(parsePinPath(pin).base) ?? 0) <= tag.index
  }

  /** Called when a producer has ended. */
  end(run: NodeExecution, error: NodeFailure | undefined): void {
    for (const scope of [run.loop, run.tools]) {
      if (!scope) continue
      this.#close(scope)
      if (!error) continue
      scope.failure = error.message
      this.#gathers.fail(scope, error.message)
    }
  }

  #close(scope: Scope): void {
    scope.isProduced = true
    if (!scope.carries) scope.open.clear()
    this.#liveness.touched.add(scope)
    this.#liveness.wakeScope(scope)
  }

  /** Called when a step has ended. @param onOver called when nothing can run in its tool calls any more */
  awaitCalls({ node: { flow }, tag, tools }: NodeExecution, onOver: () => void): void {
    if (tools) this.#close(tools)
    const watch = flow?.callWatch?.byDepth.get(tag.depth + 1)
    const calls = [...(tools?.calls?.values() ?? [])]
    /** Where the search for a call that is alive begins: at the one that was alive last. */
    let from = 0
    const waiter: Waiter = {
      tag,
      order: flow?.callOrder ?? 0,
      settle: () => {
        for (let i = 0; i < calls.length; i++) {
          const place = (from + i) % calls.length
          const call = calls[place]
          if (!call || !this.#liveness.waitIfAlive(call, watch, waiter)) continue
          from = place
          return
        }
        onOver()
      },
    }
    this.#liveness.poke(waiter)
  }

  /** Passes a failure to the innermost loop around it that catches it. @returns whether there is one */
  handleFailure(run: NodeExecution, error: NodeFailure): boolean {
    for (let tag: Tag | undefined = run.tag; tag?.scope; tag = tag.parent) {
      const catching = tag.scope.kind === 'LOOP' ? tag.scope.producer?.node : undefined
      if (!catching?.flow?.catches.has(run.node)) continue
      const value = { message: error.message, code: error.code, nodeId: run.node.id, index: tag.index }
      const lineage = withChoice(run.lineage, catching, String(CAUGHT + run.node.index))
      for (const link of catching.flow.caughtLinks) {
        const selected = selectValue(value, link.steps)
        if (selected !== undefined) this.#arrive(link, selected, run.tag, lineage)
      }
      return true
    }
    return false
  }

  /** Why a value must not be recorded. */
  refuse(run: NodeExecution, pin: string, k: number | undefined): NodeFailure | undefined {
    const { block, loop, id } = run.node
    if (pin === 'error' || parseToolPin(pin)) return undefined
    if (!block.manyPins.has(pin)) return run.yielded?.has(pin) === true ? notMany(run, pin) : undefined
    const count = run.loop?.counts.get(pin) ?? 0
    if (k !== undefined && k < count) {
      const message = `block ${block.qualifiedName} yields iteration ${k} of "${pin}" after iteration ${count - 1}: iterations must be in order`
      return { code: 'BLOCK_OUTPUT_INVALID', message }
    }
    const budget = loop?.budget ?? DEFAULT_BUDGET
    if ((k ?? count) < budget) return undefined
    const message = `the loop of node "${id}" exhausted its budget of ${budget} iterations: set "loop.budget" of the node to a larger number, or check why it yields so many values`
    return { code: 'BUDGET_EXCEEDED', message }
  }

  /** Why a run must not succeed. */
  refuseEnd(run: NodeExecution): NodeFailure | undefined {
    const scope = run.loop
    const counts = [...(scope?.counts ?? [])].filter(([, count]) => count > 0)
    if (!scope || scope.hasExplicit || counts.every(([, count]) => count === counts[0]?.[1])) return undefined
    const shown = counts.map(([pin, count]) => `"${pin}" ${count}`).join(', ')
    const message = `block ${run.node.block.qualifiedName} yielded unequal numbers of values on its pins: ${shown}. Yield the values of one iteration together, as in yield { ${counts.map(([pin]) => pin).join(', ')} }`
    return { code: 'ITERATIONS_UNEQUAL', message }
  }

  /** Whether a value may be recorded now. Otherwise its loop has too many live iterations. */
  canAccept(run: NodeExecution, pin: string, k: number | undefined): boolean {
    const scope = run.loop
    if (!scope || !run.node.block.manyPins.has(pin)) return true
    const index = k ?? scope.counts.get(pin) ?? 0
    return index < scope.opened || !this.#isFull(scope)
  }

  isFull(scope: Scope): boolean {
    return !scope.isProduced && this.#isFull(scope)
  }

  #isFull(scope: Scope): boolean {
    const { window = DEFAULT_WINDOW, concurrency = Infinity } = scope.producer?.node.loop ?? {}
    if (scope.active >= window || scope.alive >= concurrency) return true
    // Iterations wait for what the one before them carries; if none is active, for a value from outside.
    return scope.carries !== undefined && scope.active > 0 && scope.opened - Carries.firstWaiting(scope) >= window
  }

  #doneWaiter(scope: Scope, { node, tag, lineage }: NodeExecution): Waiter {
    const watch = node.flow?.doneWatch?.byDepth.get(tag.depth)
    const links = node.flow?.doneLinks ?? []
    const waiter: Waiter = {
      tag,
      order: Math.min(...links.map(({ sink }) => sink.flow?.order ?? 0)) - 0.5,
      settle: () => {
        if (this.#liveness.waitIfAlive(tag, watch, waiter)) return
        scope.isEnded = true
        if (scope.failure !== undefined) return // the number would look like that of a complete loop
        for (const link of links) this.#arrive(link, scope.opened, tag, lineage)
      },
    }
    return waiter
  }
}

function notMany({ node }: NodeExecution, pin: string): NodeFailure {
  if (node.block.kind === 'graph') {
    const message = `output "${pin}" of the graph that node "${node.id}" runs received a second value, and it is not in a loop of that graph. Let one value reach it, or collect the values into a list there`
    return { code: 'PIN_NOT_MANY', message }
  }
  const message = `block ${node.block.qualifiedName} yielded a second value on "${pin}", which is not declared many. Yield one value, for example a list, or declare the pin with .meta({ many: true })`
  return { code: 'PIN_NOT_MANY', message }
}
