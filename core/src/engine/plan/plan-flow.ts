import {
  analyzeFlow,
  parseEnd,
  toFlow,
  type Flow,
  type FlowLink,
  type FlowNode,
  type FlowScope,
  type GraphDocument,
  type ScopePath,
} from '../graph/index.ts'
import { TOOLS_PIN, parsePinPath } from '../../pins/index.ts'
import type { Plan, PlanLink, PlanNode } from './plan.ts'
import type { Collections, CyclePlan, GatherPlan, NodeFlow, PinFlow, ScopeKey } from './plan.ts'
import { addOnce, append, createPin, depthsOf, hasSeveralLoops, mayMeet, noCollections } from './flow-parts.ts'
import { Watches } from './reach.ts'

/** Adds the scopes of a valid document to its plan. */
export function planFlow(plan: Plan, document: GraphDocument): void {
  new FlowPlanner(plan, document).plan()
}

class FlowPlanner {
  readonly #nodes: PlanNode[]
  readonly #flow: Flow
  /** The analyzed node of each node, by id. */
  readonly #analyzed: ReadonlyMap<string, FlowNode>
  readonly #flowOf = new Map<PlanNode, NodeFlow>()
  readonly #incoming = new Map<PlanNode, PlanLink[]>()
  readonly #cycles = new Map<FlowScope, CyclePlan>()
  readonly #byId: Plan['byId']
  readonly #feedersOf = new Map<PlanLink, readonly PlanNode[]>()
  /** The nodes in the loops of each node, by id. */
  #members: Map<string, PlanNode[]> | undefined

  constructor({ nodes, byId }: Plan, document: GraphDocument) {
    this.#nodes = nodes
    this.#byId = byId
    const scopes = new Map(document.nodes.map(({ id, scope }) => [id, scope]))
    const links = document.links.map(({ from, to, carry }) => ({ from: parseEnd(from), to: parseEnd(to), carry: carry === true }))
    this.#flow = analyzeFlow(
      toFlow(
        nodes.map(({ id, block }) => ({ id, block, scope: scopes.get(id) })),
        links,
      ),
    )
    this.#analyzed = new Map(this.#flow.all.map((each) => [each.id, each]))
  }

  plan(): void {
    this.#flow.cycles.forEach((cycle, index) =>
      this.#cycles.set(cycle, { index, nodes: new Set(cycle.nodes.map(({ id }) => this.#node(id))), turns: noCollections() }),
    )
    this.#flow.order.forEach(({ id }, order) => this.#addNode(this.#node(id), order))
    const byIndex = new Map(
      this.#nodes.flatMap(({ links }) => [...links.values()].flat().map((link) => [link.index, link] as const)),
    )
    for (const { incoming } of this.#flow.all)
      for (const link of incoming) {
        const planned = byIndex.get(link.index)
        if (planned) this.#addLink(link, planned)
      }
    this.#markRepeats()
    this.#addWatches()
    for (const node of this.#nodes) this.#finish(node)
  }

  #node(id: string): PlanNode {
    const node = this.#byId.get(id)
    if (!node) throw new Error(`the plan has no node ${id}`)
    return node
  }

  #addNode(node: PlanNode, order: number): void {
    const flow = this.#analyzed.get(node.id)
    const paths = (flow && this.#flow.nodes.get(flow)) ?? []
    const depths = paths.map(({ length }) => length)
    const { manyPins, donePins, caughtPins } = node.block
    const linksOf = (pins: ReadonlySet<string>): PlanLink[] => [...pins].flatMap((pin) => node.links.get(pin) ?? [])
    const caught = [...((flow && this.#flow.catches.get(flow)) ?? [])].map(({ id }) => this.#node(id))
    node.flow = {
      order,
      isSimple: false,
      runDepths: new Set(depths),
      maxRunDepth: Math.max(-1, ...depths),
      paths: new Set(depths).size < depths.length || hasSeveralLoops(paths) ? paths.map((path) => this.#keysOf(path)) : undefined,
      pins: new Map(),
      repeats: false,
      hasChoice: false,
      opensLoop: manyPins.size > 0,
      linkedManyPins: [...manyPins].filter((pin) => node.links.has(pin)),
      loop: noCollections(),
      tools: noCollections(),
      callWatch: undefined,
      callOrder: order,
      doneLinks: linksOf(donePins),
      doneWatch: undefined,
      caughtLinks: linksOf(caughtPins),
      catches: new Set(caught),
      carries: [],
      watches: [],
    }
    this.#flowOf.set(node, node.flow)
    this.#incoming.set(node, [])
  }

  #addLink(link: FlowLink, planned: PlanLink): void {
    const { sink } = planned
    const flow = this.#flowOf.get(sink)
    if (!flow) return
    const pin = flow.pins.get(link.sinkPin) ?? createPin(sink, link)
    flow.pins.set(link.sinkPin, pin)
    const enters = this.#cycleOf(this.#flow.enters.get(link))
    const back = this.#cycleOf(this.#flow.backs.get(link))
    const opens = link.sourcePin === TOOLS_PIN ? 'TOOLS' : link.source.block.manyPins.has(link.sourcePin) ? 'LOOP' : undefined
    const depths = back || link.carry ? this.#turnDepths(link) : depthsOf(this.#flow.links.get(link))
    planned.flow = { pin, depths, opens, enters, back, isCarry: link.carry, gather: undefined, watch: undefined }
    pin.links.push(planned)
    this.#incoming.get(sink)?.push(planned)
    if (link.carry) {
      pin.carry = planned
      for (const path of this.#flow.nodes.get(link.sink) ?? []) this.#addCarry(planned, path.at(-1))
    }
  }

  #keysOf(path: ScopePath): ScopeKey[] {
    return path.flatMap((scope): ScopeKey | [] => {
      if (scope.kind !== 'CYCLE') return { node: this.#node(scope.node.id), kind: scope.kind }
      const cycle = this.#cycles.get(scope)
      return cycle ? { cycle } : []
    })
  }

  #cycleOf(cycle: FlowScope | undefined): CyclePlan | undefined {
    return cycle && this.#cycles.get(cycle)
  }

  /** A back edge leads to the depths at which other links enter its pin. A carry stays at the depths of its sink. */
  #turnDepths(link: FlowLink): number[] {
    if (link.carry) return depthsOf(this.#flow.nodes.get(link.sink))
    const entries = link.sink.incoming.filter((each) => each.sinkPin === link.sinkPin && this.#flow.enters.has(each))
    return depthsOf(entries.flatMap((entry) => this.#flow.links.get(entry) ?? []))
  }

  #addCarry(link: PlanLink, scope: FlowScope | undefined): void {
    if (scope?.kind !== 'LOOP') return
    const carries = this.#flowOf.get(this.#node(scope.node.id))?.carries
    if (carries?.includes(link) === false) carries.push(link)
  }

  /** A node repeats if it or a node before it has a pin on which several values of one tag may arrive. */
  #markRepeats(): void {
    for (const { id } of this.#flow.order) {
      const node = this.#node(id)
      const flow = this.#flowOf.get(node)
      if (!flow) continue
      for (const [name, links] of this.#linksOf(id)) {
        const pin = flow.pins.get(name)
        flow.hasChoice ||= pin?.isCollect === false && !pin.isLatest && mayMeet(links, this.#flow)
      }
      const derived = (this.#incoming.get(node) ?? []).some(
        (link) =>
          link.flow?.pin.isCollect === false && (link.source.flow?.repeats || link.source.flow?.caughtLinks.includes(link)),
      )
      flow.repeats = flow.hasChoice || derived
    }
  }

  #addWatches(): void {
    const watches = new Watches({
      incoming: this.#incoming,
      feeders: (link) => this.#feeders(link),
      leavesAt: ({ flow }) => (flow?.back || flow?.isCarry ? Math.min(...flow.depths) : Infinity),
    })
    for (const flow of this.#flow.all) {
      const node = this.#node(flow.id)
      const own = this.#flowOf.get(node)
      if (!own) continue
      for (const pin of own.pins.values()) {
        if (pin.isCollect) this.#addGather(pin, watches)
        else this.#addPinWatches(pin, watches)
      }
      if (node.block.stepPin !== undefined) this.#addCallWatch(node, own, watches)
      if (own.doneLinks.length > 0) own.doneWatch = watches.create([node, ...this.#inside(node)], own.runDepths)
    }
  }

  /** The next step waits until no tool can run, after everything that its tools wait for is decided. */
  #addCallWatch({ links }: PlanNode, own: NodeFlow, watches: Watches): void {
    const tools = (links.get(TOOLS_PIN) ?? []).map(({ sink }) => sink)
    own.callWatch = watches.create(
      tools,
      [...own.runDepths].map((depth) => depth + 1),
    )
    own.callOrder = Math.max(own.order, ...tools.map(({ flow }) => flow?.order ?? 0)) + 0.5
  }

  /** A pin waits until no value can arrive if it can do without one, or with one of a shorter tag. */
  #addPinWatches(pin: PinFlow, watches: Watches): void {
    const links = pin.links.flatMap(({ flow }) => (flow && !flow.isCarry ? flow : []))
    const enterDepths = links.flatMap(({ enters, depths }) => (enters ? depths.map((depth) => depth - 1) : []))
    pin.depths = [...new Set([...links.flatMap(({ depths }) => depths), ...enterDepths])].toSorted((a, b) => b - a)
    if (!pin.isOptional && !pin.carry && pin.depths.length < 2) return
    for (const link of pin.links) {
      if (!link.flow) continue
      const { depths, enters, back } = link.flow
      const own = back ? [...(link.source.flow?.runDepths ?? [])] : enters ? depths.map((depth) => depth - 1) : depths
      link.flow.watch = watches.create(this.#feeders(link), new Set(own))
    }
  }

  #addGather(pin: PinFlow, watches: Watches): void {
    const { node } = pin
    const depths = [...new Set(pin.links.flatMap(({ flow }) => flow?.depths ?? []))]
    pin.depths = depths
    const watch = watches.create(
      pin.links.flatMap((link) => [...this.#feeders(link)]),
      depths,
    )
    const gather: GatherPlan = { node, pin, depths, watch }
    for (const link of pin.links) if (link.flow) link.flow.gather = gather
    for (const link of this.#flowLinks(pin))
      for (const closed of this.#flow.closed.get(link) ?? [])
        for (const [i, scope] of closed.entries()) {
          const { begun, counted, closing } = this.#collectionsOf(scope)
          if (i === 0) addOnce(begun, gather)
          if (i === closed.length - 1) addOnce(counted, gather)
          addOnce(closing, gather)
        }
  }

  #flowLinks({ name, node }: PinFlow): FlowLink[] {
    return this.#linksOf(node.id).get(name) ?? []
  }

  /** The links to each pin of a node. */
  #linksOf(id: string): Map<string, FlowLink[]> {
    return Map.groupBy(this.#analyzed.get(id)?.incoming ?? [], ({ sinkPin }) => sinkPin)
  }

  #collectionsOf(scope: FlowScope): Collections {
    const flow = scope.kind === 'CYCLE' ? undefined : this.#flowOf.get(this.#node(scope.node.id))
    const found = scope.kind === 'TOOLS' ? flow?.tools : (flow?.loop ?? this.#cycles.get(scope)?.turns)
    return found ?? noCollections()
  }

  /** The nodes whose runs cause values of a link directly. */
  #feeders(link: PlanLink): readonly PlanNode[] {
    const known = this.#feedersOf.get(link) ?? this.#findFeeders(link)
    this.#feedersOf.set(link, known)
    return known
  }

  #findFeeders({ source, from }: PlanLink): PlanNode[] {
    const { base } = parsePinPath(from.slice(source.id.length + 1))
    if (source.block.donePins.has(base)) return [source, ...this.#inside(source)]
    if (source.block.caughtPins.has(base)) return [source, ...(source.flow?.catches ?? [])]
    return [source]
  }

  /** The nodes whose runs are in a loop of the node. */
  #inside({ id }: PlanNode): PlanNode[] {
    this.#members ??= this.#findMembers()
    return this.#members.get(id) ?? []
  }

  #findMembers(): Map<string, PlanNode[]> {
    const members = new Map<string, PlanNode[]>()
    for (const each of this.#flow.all) {
      const scopes = new Set(this.#flow.nodes.get(each)?.flat())
      const producers = [...scopes].flatMap((scope) => (scope.kind === 'LOOP' ? scope.node.id : []))
      for (const id of producers) append(members, id, this.#node(each.id))
    }
    return members
  }

  #finish(node: PlanNode): void {
    const { flow } = node
    const pins = [...(flow?.pins.values() ?? [])]
    for (const pin of pins) {
      const exact = pins.filter((other) => other !== pin).flatMap(({ depths }) => depths)
      pin.broadcastDepth = Math.max(-1, ...exact.filter((depth) => flow?.runDepths.has(depth)))
    }
    const [pin, another] = pins
    if (flow) flow.isSimple = pin !== undefined && !another && !pin.isCollect && !pin.carry && !node.isStart
  }
}
