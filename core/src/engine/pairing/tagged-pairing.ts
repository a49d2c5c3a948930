import type { PinFlow, Plan, PlanLink, PlanNode, ScopeKey } from '../plan/index.ts'
import { Carries } from './carries.ts'
import type { GatherMemory } from './gathered-values.ts'
import { Gathers } from './gathers.ts'
import {
  type Lineage,
  type NodeExecution,
  type NodeFailure,
  type Tag,
  ancestorAt,
  createRun,
  formatTag,
  lineageKey,
  mergeLineages,
  outsideOf,
} from './tags/index.ts'
import type { Liveness } from './liveness.ts'
import { Loops } from './loops.ts'
import { chosen, combine, Slot, type Entry } from './slot.ts'
import { Turns } from './turns.ts'
import type { Waiter } from './waiters.ts'

/** A pin of which it is not known yet whether a value will arrive. */
const UNDECIDED = 'undecided'
/** A pin without a value, which may arrive. */
const LACKING = 'lacking'

/**
 * Pairs values of the same iteration. Source: execution semantics, rules 22 to 36.
 *
 * A run starts at a tag when each linked pin has a value with this tag or with the beginning of it, and at least one
 * has exactly this tag. Values of a shorter tag are kept and used by every iteration.
 */
export class TaggedPairing {
  readonly loops: Loops
  readonly #root: Tag
  readonly #liveness: Liveness
  readonly #gathers: Gathers
  readonly #carries: Carries
  readonly #turns: Turns
  readonly #numbers: number[]
  readonly #onRun: (run: NodeExecution, isReady: boolean) => void

  /** @param onRun receives each run when it is created, and when it is ready */
  constructor(
    plan: Plan,
    root: Tag,
    { liveness, memory }: { liveness: Liveness; memory: GatherMemory },
    onRun: (run: NodeExecution, isReady: boolean) => void,
  ) {
    this.#root = root
    this.#liveness = liveness
    this.#onRun = onRun
    this.#numbers = plan.nodes.map(() => 0)
    this.#gathers = new Gathers(liveness, memory, (pin, entry, tag) => this.#put(pin, entry, tag))
    this.#carries = new Carries(liveness, (node, tag) => this.#retry(node, tag))
    this.#turns = new Turns(this.#gathers, (scope) => this.loops.note(scope))
    this.loops = new Loops(liveness, this.#gathers, this.#carries, (link, value, tag, lineage) =>
      this.arrive(link, value, tag, lineage),
    )
  }

  /** Creates the run of a node without links. */
  start(node: PlanNode): void {
    this.#onRun(this.#create(node, this.#root, new Map(), undefined), true)
  }

  /** Creates a run with the values of another one. */
  repeat({ node, tag, values, lineage }: NodeExecution): NodeExecution {
    return this.#create(node, tag, new Map(values), lineage)
  }

  /** Delivers a value that has a tag. @param seq the event of the journal from which the link takes the value */
  arrive(link: PlanLink, value: unknown, tag: Tag, lineage: Lineage, seq?: number): void {
    const { flow } = link
    if (!flow) return
    const entry: Entry = { value, lineage, link: link.index }
    if (flow.gather) this.#gathers.add(flow.gather, entry, tag, seq)
    else if (flow.isCarry) {
      if (!this.#carries.deliver(link, entry, tag)) this.#refuse(flow.pin, tag, lineage, carriedTwice(link, tag))
    } else if (flow.back) {
      const turn = this.#turns.next(flow.back, tag, lineage)
      if (turn) this.#put(flow.pin, { ...entry, lineage: outsideOf(lineage, flow.back.nodes) }, turn)
    } else if (flow.enters) {
      this.#keep(flow.pin, entry, tag)
      this.#put(flow.pin, entry, this.#turns.first(flow.enters, tag, lineage))
    } else this.#put(flow.pin, entry, tag)
  }

  #create(node: PlanNode, tag: Tag, values: Map<string, unknown>, lineage: Lineage): NodeExecution {
    const n = (this.#numbers[node.index] ?? 0) + 1
    this.#numbers[node.index] = n
    const run = createRun(node, n, tag, values, lineage)
    this.#onRun(run, false)
    return run
  }

  #put(pin: PinFlow, entry: Entry, tag: Tag): void {
    const { node } = pin
    const { flow } = node
    if (!flow) return
    if (flow.isSimple) {
      const lineage = chosen(node, entry.lineage, [entry])
      return this.#onRun(this.#create(node, tag, new Map([[pin.name, entry.value]]), lineage), true)
    }
    const slot = slotAt(node, tag)
    if (pin.broadcastDepth > tag.depth && this.#isConflict(slot, pin, entry))
      return this.#refuse(pin, tag, entry.lineage, conflict(pin, tag))
    slot.add(pin, entry)
    if (flow.runDepths.has(tag.depth) && (!flow.paths || isOnPath(tag, flow.paths))) this.#attempt(slot, pin, entry)
    for (const deeper of slot.waiting ?? []) this.#attempt(deeper)
  }

  /** Keeps the value with which a cycle starts, for later turns that get no other one. */
  #keep(pin: PinFlow, entry: Entry, tag: Tag): void {
    if (pin.node.flow?.isSimple === false) slotAt(pin.node, tag).add(pin, entry)
  }

  #isConflict(slot: Slot, pin: PinFlow, { lineage }: Entry): boolean {
    const others = slot.entries.get(pin.name) ?? []
    return !pin.isLatest && others.some((other) => mergeLineages(other.lineage, lineage) !== null)
  }

  /** Creates a run that fails, because it is undefined which of two values it would receive. */
  #refuse(pin: PinFlow, tag: Tag, lineage: Lineage, refusal: NodeFailure): void {
    const run = this.#create(pin.node, tag, new Map(), lineage)
    run.refusal = refusal
    this.#onRun(run, true)
  }

  #retry(node: PlanNode, tag: Tag): void {
    const slot = tag.slots?.get(node) as Slot | undefined
    if (slot) this.#attempt(slot)
  }

  /** Creates the runs that are complete. @param entry the value that has arrived, if it has the tag of the slot */
  #attempt(slot: Slot, pin?: PinFlow, entry?: Entry): void {
    if (slot.hasRun && !slot.node.flow?.repeats) return
    const pins = [...(slot.node.flow?.pins.values() ?? [])]
    const choices = pins.map((each) => (each === pin && entry ? [entry] : this.#choose(slot, each, false)))
    if (slot.node.flow?.repeats) for (const each of pins) this.#waitForShorter(slot, each)
    if (choices.every((choice) => typeof choice !== 'string')) return this.#run(slot, pins, choices)
    this.#showIncomplete(slot, pins, choices)
    for (const [i, choice] of choices.entries()) if (typeof choice === 'string') this.#waitForShorter(slot, pins[i])
    if (choices.includes(UNDECIDED)) this.#liveness.poke(this.#waiterOf(slot))
  }

  #waiterOf(slot: Slot): Waiter {
    slot.waiter ??= { tag: slot.tag, order: slot.node.flow?.order ?? 0, settle: () => this.#settle(slot) }
    return slot.waiter
  }

  /** Decides pins for which no value can arrive any more. */
  #settle(slot: Slot): void {
    if (slot.hasRun && !slot.node.flow?.repeats) return
    const pins = [...(slot.node.flow?.pins.values() ?? [])]
    const choices = pins.map((pin) => this.#choose(slot, pin, true))
    if (choices.every((choice) => typeof choice !== 'string')) this.#run(slot, pins, choices)
    else this.#showIncomplete(slot, pins, choices)
  }

  /**
   * Returns the values from which a run may take that of the pin: those of the longest tag.
   *
   * @param isSettled whether no value is on its way within this step
   */
  #choose(slot: Slot, pin: PinFlow, isSettled: boolean): (Entry | undefined)[] | typeof UNDECIDED | typeof LACKING {
    const { tag } = slot
    const own = slot.entries.get(pin.name)
    if (own) return own
    if (pin.carry) {
      const carried = this.#carries.valueAt(tag, pin.carry)
      if (carried === undefined) return LACKING
      if (carried !== 'none') return [carried]
    }
    const depths = pin.depths.filter((depth) => depth <= tag.depth)
    const canWait = pin.isOptional || depths.length > 1
    for (const depth of depths) {
      const at = ancestorAt(tag, depth)
      const entries = at && at !== tag ? (at.slots?.get(slot.node) as Slot | undefined)?.entries.get(pin.name) : undefined
      if (entries) return entries
      if (!canWait) continue
      if (!isSettled) return UNDECIDED
      if (this.#mayArrive(slot, pin, depth)) return UNDECIDED
    }
    return pin.isOptional || (pin.carry && depths.length === 0) ? [undefined] : LACKING
  }

  /** Whether a value may still arrive at this depth. If so, the slot waits until none can. */
  #mayArrive(slot: Slot, pin: PinFlow, depth: number): boolean {
    const at = ancestorAt(slot.tag, depth)
    return at !== undefined && pin.links.some((link) => this.#mayBring(slot, link, at))
  }

  #mayBring(slot: Slot, { flow, source, from }: PlanLink, at: Tag): boolean {
    if (!flow?.watch || flow.isCarry) return false
    let cause = at
    if (flow.back) {
      if (!at.from || at.scope?.cycle !== flow.back) return false
      cause = at.from.tag
    } else if (flow.enters && flow.depths.includes(at.depth)) {
      if (at.scope?.cycle !== flow.enters || at.index > 0 || !at.parent) return false
      cause = at.parent
    } else if (!flow.opens && !flow.enters && !flow.depths.includes(at.depth)) return false
    if (flow.opens) {
      const { scope } = cause
      if (scope?.producer?.node !== source || !this.loops.mayYield(scope, from.slice(source.id.length + 1), cause)) return false
      this.#liveness.waitForScope(scope, this.#waiterOf(slot))
      return true
    }
    return this.#liveness.waitIfAlive(cause, flow.watch.byDepth.get(cause.depth), this.#waiterOf(slot))
  }

  #run(slot: Slot, pins: readonly PinFlow[], choices: readonly (readonly (Entry | undefined)[] | string)[]): void {
    const { node, tag } = slot
    const { flow } = node
    if (!flow) return
    const lists = choices.filter((choice) => typeof choice !== 'string')
    for (const [entries, common] of combine(lists)) {
      if (flow.repeats && !isNew(slot, entries)) continue
      const lineage = chosen(node, common, entries)
      const run = slot.open ?? this.#create(node, tag, new Map(), lineage)
      slot.open = undefined
      slot.hasRun = true
      run.lineage = lineage
      run.values.clear()
      for (const [i, entry] of entries.entries()) if (entry) run.values.set(pins[i]?.name ?? '', entry.value)
      if (node.block.collectPins.size > 0) run.collected = this.#gathers.reportAt(tag, node)
      this.#onRun(run, true)
    }
    if (!slot.hasRun || flow.repeats) return
    for (const pin of pins)
      for (const depth of pin.depths) (ancestorAt(tag, depth)?.slots?.get(node) as Slot | undefined)?.waiting?.delete(slot)
    if (flow.maxRunDepth === tag.depth) tag.slots?.delete(node)
  }

  #showIncomplete(slot: Slot, pins: readonly PinFlow[], choices: readonly (readonly (Entry | undefined)[] | string)[]): void {
    if (slot.hasRun) return
    slot.open ??= this.#create(slot.node, slot.tag, new Map(), undefined)
    for (const [i, choice] of choices.entries()) {
      const [entry] = typeof choice === 'string' ? [] : choice
      if (entry) slot.open.values.set(pins[i]?.name ?? '', entry.value)
    }
  }

  #waitForShorter(slot: Slot, pin: PinFlow | undefined): void {
    for (const depth of pin?.depths ?? []) {
      const at = depth < slot.tag.depth ? ancestorAt(slot.tag, depth) : undefined
      if (!at) continue
      const shorter = slotAt(slot.node, at)
      shorter.waiting ??= new Set()
      shorter.waiting.add(slot)
    }
  }
}

function slotAt(node: PlanNode, tag: Tag): Slot {
  tag.slots ??= new Map()
  const known = tag.slots.get(node) as Slot | undefined
  if (known) return known
  const slot = new Slot(node, tag)
  tag.slots.set(node, slot)
  return slot
}

/** Whether a tag belongs to the scopes of one of the paths. */
function isOnPath(tag: Tag, paths: readonly (readonly ScopeKey[])[]): boolean {
  return paths.some((path) => {
    let each: Tag | undefined = tag
    for (let i = path.length - 1; i >= 0; i--, each = each?.parent) {
      const [key, scope] = [path[i], each?.scope]
      const isSame =
        key && 'cycle' in key ? scope?.cycle === key.cycle : scope?.producer?.node === key?.node && scope?.kind === key?.kind
      if (!scope || !isSame) return false
    }
    return each?.scope === undefined
  })
}

/** Whether the combination has no run yet. */
function isNew(slot: Slot, entries: readonly (Entry | undefined)[]): boolean {
  const key = entries.map((entry) => (entry ? `${entry.link}/${lineageKey(entry.lineage)}` : '')).join('|')
  slot.made ??= new Set()
  if (slot.made.has(key)) return false
  slot.made.add(key)
  return true
}

function conflict({ node, name, links }: PinFlow, tag: Tag): NodeFailure {
  const where = tag.depth === 0 ? 'outside of all loops' : `in ${formatTag(tag)}`
  const sources = links.map(({ from }) => from).join(', ')
  const message = `pin "${name}" of node "${node.id}" received two values ${where}, and each iteration inside needs one of them (links from ${sources}). Link only one of them, merge them with a merge block, or use a pin that takes the latest value`
  return { code: 'BROADCAST_CONFLICT', message }
}

function carriedTwice({ from, sink, sinkPin }: PlanLink, tag: Tag): NodeFailure {
  const message = `${from} carries two values from ${formatTag(tag)} to pin "${sinkPin}" of node "${sink.id}", because its node runs several times in this iteration. Carry one value: link only one output to each pin of the nodes that compute it`
  return { code: 'BROADCAST_CONFLICT', message }
}
