import { TOOLS_PIN, isToolPin, parsePinPath, parseToolPin, placeValue, selectValue } from '../../../pins/index.ts'
import type { Cycle } from './cycles.ts'
import type { Graph, Link, Node, Run, Scope, Tag, Token, Note, Step } from './entities.ts'
import { isCaught, isMany, isProducer, linksFrom, markersOf } from './graph.ts'
import { candidatesAt, combine, mayBeLeftOut, tagsOf, type Combination } from './join.ts'
import { factsOf, gatherLists } from './lists.ts'
import { isPrefix, isSamePath, pathOf, type Path, type Paths } from './paths.ts'
import { checkYields, runBlock, type Failure, type Performance, type Yielded } from './blocks/index.ts'
import { BudgetExceeded, type State } from './state.ts'
import { asksForStep, findForbiddenYield, stepPins, toolOf, toResult, type Call, type StepRecord } from './steps.ts'
import { ROOT, agree, extend, isInside, mergeLineages, turnsBefore } from './tags.ts'

/** What an execution starts with, and how the engine words the failures that it finds. */
export interface Given {
  inputs: Record<string, unknown>
  messageOf: (node: string, tag: Tag, code: string) => string
}

/** Computes all runs of one node when all its values have arrived. */
export class NodeEvaluation {
  readonly #graph: Graph
  readonly #paths: Paths
  readonly #state: State
  readonly #given: Given
  /** Node executions by the iteration to whose budget they count. */
  readonly #spent = new Map<string, number>()
  /** The tags of the tool calls of agents, whose results go to the agent. */
  readonly #calls = new Set<string>()

  constructor(graph: Graph, paths: Paths, state: State, given: Given) {
    this.#graph = graph
    this.#paths = paths
    this.#state = state
    this.#given = given
  }

  /** Inside of a tag. */
  evaluate(node: Node, focus: Tag): void {
    if (node.pins.length === 0) return this.#run(node, ROOT, { taken: new Map(), lineage: new Map() })
    const lists = gatherLists(node, this.#paths, this.#state, focus)
    this.#findConflicts(node, lists, focus)
    for (const tag of tagsOf(node, this.#paths, lists, this.#state, focus)) {
      if (this.#calls.has(tag.key) && tag.key !== focus.key) continue // its agent has run it
      const candidates = candidatesAt(node, tag, lists, this.#state)
      const canRun = candidates.dead.every((pin) => mayBeLeftOut(node, pin))
      const combinations = canRun ? combine(node, tag, candidates, this.#paths) : []
      for (const combination of combinations) this.#run(node, tag, combination)
      if (combinations.length === 0) this.#state.incomplete.push({ node, tag, dead: candidates.dead })
    }
  }

  /** Rule 26, for a node of a cycle without turns: the values meet before it is known that no turn comes. */
  refuseConflicts(node: Node, focus: Tag): void {
    this.#findConflicts(node, gatherLists(node, this.#paths, this.#state, focus), focus)
  }

  /** Rule 26: two values that a deeper run would have to choose between. */
  #findConflicts(node: Node, lists: ReadonlyMap<string, readonly Token[]>, focus: Tag): void {
    const isExactElsewhere = (pin: string, path: Path): boolean =>
      node.incoming.some(
        (link) =>
          link.sinkPin !== pin && !this.#paths.isBack(link) && this.#paths.ofSink(link).some((other) => isSamePath(other, path)),
      )
    const isBroadcast = (pin: string, tag: Tag): boolean =>
      this.#paths.ofNode(node).some((path) => {
        const own = pathOf(tag)
        return path.length > own.length && isPrefix(own, path) && isExactElsewhere(pin, path)
      })
    for (const pin of node.pins) {
      if (markersOf(node, pin).latest) continue
      const tokens = (lists.get(pin) ?? this.#state.tokensAt(node, pin)).filter(
        ({ link, tag }) => !(link && this.#isForLater(link, tag)) && (isInside(tag, focus) || isInside(focus, tag)),
      )
      for (const [, same] of Map.groupBy(tokens, ({ tag }) => tag.key))
        if (
          same.some((a, i) => same.some((b, j) => i < j && agree(a.lineage, b.lineage))) &&
          same[0] &&
          isBroadcast(pin, same[0].tag)
        )
          this.#state.conflicts.push({ node, tag: same[0].tag })
    }
  }

  /** What is carried, and the value from outside that a later turn takes if it gets no other one. */
  #isForLater(link: Link, tag: Tag): boolean {
    const cycle = this.#paths.cycles.find(({ enters }) => enters.has(link))
    return link.carry || (cycle !== undefined && tag.steps.at(-1)?.scope.opener !== cycle.opener)
  }

  /** Rule 37: the runs of a block that runs in steps follow each other. */
  #run(node: Node, tag: Tag, combination: Combination): void {
    const earlier: StepRecord[] = []
    for (let next = this.#runOnce(node, tag, combination, earlier); next; next = this.#runOnce(node, tag, combination, earlier))
      earlier.push(next)
  }

  /** @returns what the next step receives of the run, if it has asked for one */
  #runOnce(node: Node, tag: Tag, { taken, lineage }: Combination, earlier: readonly StepRecord[]): StepRecord | undefined {
    this.#spend(tag)
    const lists = new Map([...taken].filter(([pin]) => markersOf(node, pin).collect))
    const facts = lists.size > 0 ? factsOf(node, lists, this.#paths, this.#state) : undefined
    const inputs = this.#inputsOf(node, taken)
    const loopPin = Object.entries(node.block.inputs ?? {}).find(([, { loop }]) => loop)?.[0]
    if (facts && loopPin !== undefined) inputs[loopPin] = facts
    const { steps } = stepPins(node)
    if (steps !== undefined) inputs[steps] = [...earlier]
    const results = { outputs: [], status: 'COMPLETED' as const, code: undefined, message: undefined, isHandled: false }
    const run: Run = { node, tag, lineage, inputs, taken, step: earlier.length, ...results }
    this.#state.runs.push(run)
    const isIncomplete = facts !== undefined && facts.failure !== null
    const performance = isIncomplete && loopPin === undefined ? NOTHING : this.#perform(run)
    const failure = isIncomplete ? (performance.failure ?? this.#engineFailure(run, 'LOOP_INCOMPLETE')) : performance.failure
    const calls = this.#deliver(run, performance.yields, failure?.message)
    if (failure) this.#fail(run, failure)
    const given = calls.map((call) => this.#runTool(node, call))
    return asksForStep(node, performance) ? { value: performance.yields[0]?.value, calls: given } : undefined
  }

  #runTool({ outgoing }: Node, call: Call): StepRecord['calls'][number] {
    const before = this.#state.runs.length
    const link = outgoing.find(({ sink, sourcePin }) => sourcePin === TOOLS_PIN && sink.id === call.nodeId)
    if (link) this.evaluate(link.sink, call.tag)
    return toResult(call, this.#state.runs.slice(before))
  }

  /** Rule 36: what an earlier attempt delivered is skipped if it is the same. */
  #perform(run: Run): Performance {
    const { node, inputs, tag } = run
    let delivered: Yielded[] = []
    for (let attempt = 1; ; attempt++) {
      const messageOf = (code: string): string => this.#given.messageOf(node.id, tag, code)
      const performance = this.#check(node, runBlock(node.block, inputs, attempt), messageOf)
      const { yields, failure } = performance
      const isSame = delivered.every((each, i) => {
        const again = yields[i]
        return again ? JSON.stringify(each) === JSON.stringify(again) : failure !== undefined
      })
      if (!isSame) return { ...performance, yields: delivered, failure: this.#engineFailure(run, 'NOT_DETERMINISTIC') }
      delivered = yields.length > delivered.length ? yields : delivered
      if (failure?.isRetryable !== true || attempt >= node.attempts) return { ...performance, yields: delivered }
    }
  }

  #check(node: Node, performed: Performance, messageOf: (code: string) => string): Performance {
    const performance = checkYields(performed, node.budget, messageOf)
    const forbidden = findForbiddenYield(node, performance)
    if (forbidden < 0) return performance
    const code = 'BLOCK_OUTPUT_INVALID'
    const failure = { code, message: messageOf(code), isRetryable: false }
    return { ...performance, yields: performance.yields.slice(0, forbidden), failure }
  }

  #engineFailure({ node, tag }: Run, code: string): Failure {
    return { code, message: this.#given.messageOf(node.id, tag, code), isRetryable: false }
  }

  /** Rule 23. @returns the tool calls that a step makes */
  #deliver(run: Run, yields: readonly Yielded[], failure: string | undefined): Call[] {
    const { node, tag } = run
    const isStep = yields[0] !== undefined && yields[0].pin === stepPins(node).ask
    const made = new Map<number, Call>()
    const loop = isProducer(node) ? this.#open(run, 'loop', failure) : undefined
    const hasTools = node.outgoing.some(({ sourcePin }) => sourcePin === TOOLS_PIN) || yields.some(({ pin }) => isToolPin(pin))
    const tools = hasTools ? this.#open(run, 'tools', failure) : undefined
    const calls = new ToolCalls()
    for (const { pin, value, k } of yields) {
      run.outputs.push([pin, value, k])
      const isCall = isToolPin(pin)
      const index = isCall ? calls.next(pin) : (k ?? 0)
      const scope = isCall ? tools : isMany(node, pin) ? loop : undefined
      if (scope) scope.iterations = Math.max(scope.iterations, index + 1)
      const own = scope ? extend(tag, scope, index) : tag
      if (isCall && isStep) {
        this.#calls.add(own.key)
        made.set(index, { nodeId: toolOf(pin), tag: own })
      }
      this.#send(run, pin, value, own)
    }
    const done = Object.entries(node.block.outputs ?? {}).find(([, markers]) => markers.done)?.[0]
    if (loop && done !== undefined && failure === undefined) this.#send(run, done, loop.iterations, tag)
    return [...made.values()]
  }

  #open(run: Run, kind: 'loop' | 'tools', failure: string | undefined): Scope {
    const place = this.#state.runs.filter(({ node, tag }) => node === run.node && tag.key === run.tag.key).length
    const scope = this.#state.loopScope(run.node[kind], run, place)
    scope.failure = failure
    return scope
  }

  /** Rule 34. */
  #fail(run: Run, { code, message }: Failure): void {
    Object.assign(run, { status: 'FAILED', code, message })
    const { node, tag } = run
    run.isHandled = linksFrom(node, 'error').length > 0 || this.#calls.has(tag.key)
    this.#send(run, 'error', message, tag)
    if (run.isHandled) return
    const catcher = tag.steps.findLast(({ scope: { producer } }) => producer && this.#paths.caughtBy(producer.node).has(node))
    const producer = catcher?.scope.producer?.node
    if (!catcher || !producer) return
    run.isHandled = true
    const caught = { message, code, nodeId: node.id, index: catcher.k }
    // The failures of different nodes are alternatives, as the values of several links are.
    const lineage = mergeLineages([
      run.lineage,
      new Map([
        [`${producer.id}.caught@${tag.key}`, { turn: turnsBefore(tag), node: producer.place, pin: -1, link: node.place }],
      ]),
    ])
    for (const link of producer.outgoing) if (isCaught(link)) this.#sendOver(link, { ...run, lineage }, caught, tag)
  }

  /** What a tool of an agent yields goes nowhere, except for its own tool calls. */
  #send(run: Run, pin: string, value: unknown, tag: Tag): void {
    if (this.#calls.has(run.tag.key) && !isToolPin(pin)) return
    for (const link of linksFrom(run.node, pin)) this.#sendOver(link, run, value, tag)
  }

  #sendOver(link: Link, run: Run, value: unknown, tag: Tag): void {
    const selected = link.steps.length === 0 ? value : selectValue(value, link.steps)
    if (selected === undefined) return
    const token = { tag, lineage: run.lineage, value: selected, link, from: run }
    const { cycles } = this.#paths
    const [entered, back] = [cycles.find(({ enters }) => enters.has(link)), cycles.find(({ backs }) => backs.has(link))]
    if (entered) {
      const turn = this.#turn(this.#state.cycleScope(entered.opener, tag), 0)
      this.#state.addToken({ ...token, tag: turn }, link)
    }
    this.#state.addToken(back ? this.#moveToNextTurn(token, back) : token, link)
  }

  /** Rule 30: each iteration of an inner loop, and each lineage inside of the cycle, has a next turn of its own. */
  #moveToNextTurn(token: Token, { opener, nodes }: Cycle): Token {
    const { tag } = token
    const step = tag.steps.findLast(({ scope }) => scope.opener === opener)
    if (!step) throw new Error('a back edge starts outside of its cycle')
    const places = new Set([...nodes].map(({ place }) => place))
    const isInside = ([, note]: [string, Note]): boolean => places.has(note.node)
    const lineage = new Map([...token.lineage].filter(isInside))
    const isAlone = tag.steps.at(-1) === step && lineage.size === 0 && step.from === undefined
    const turn = this.#turn(step.scope, step.k + 1, isAlone ? undefined : { tag, lineage })
    return { ...token, tag: turn, lineage: new Map([...token.lineage].filter((note) => !isInside(note))) }
  }

  #turn(scope: Scope, k: number, from?: Step['from']): Tag {
    const turn = extend(scope.parent, scope, k, from)
    scope.turns.add(turn.key)
    scope.iterations = scope.turns.size
    return turn
  }

  #inputsOf(node: Node, taken: ReadonlyMap<string, Token>): Record<string, unknown> {
    const isCall = [...taken.values()].some(({ tag }) => this.#calls.has(tag.key))
    const inputs: Record<string, unknown> = { ...node.constants }
    const { name } = node.constants
    for (const [pin, { value }] of taken) {
      if (isCall && value === null) continue
      const { base, steps } = parsePinPath(pin)
      inputs[base] = steps.length > 0 ? placeValue(inputs[base], steps, value) : value
    }
    if (node.block.kind === 'input' && typeof name === 'string' && Object.hasOwn(this.#given.inputs, name))
      inputs.value = this.#given.inputs[name]
    return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null && value !== undefined))
  }

  /** A turn of a cycle has no budget of its own. */
  #spend(tag: Tag): void {
    const steps = tag.steps.slice(0, tag.steps.findLastIndex(({ scope }) => scope.opener.type !== 'CYCLE') + 1)
    const key = steps.map(({ scope, k }) => `${scope.key}[${k}]`).join('/')
    const spent = (this.#spent.get(key) ?? 0) + 1
    this.#spent.set(key, spent)
    if (spent > this.#graph.document.budget) throw new BudgetExceeded()
  }
}

const NOTHING: Performance = { yields: [], sleeps: [], failure: undefined, hangs: false }

/** Rule 23: the values of all pins with the same number of earlier values for that node are one call. */
class ToolCalls {
  readonly #counts = new Map<string, number>()
  readonly #calls = new Map<string, number>()

  next(pin: string): number {
    const j = this.#counts.get(pin) ?? 0
    this.#counts.set(pin, j + 1)
    const call = `${parseToolPin(pin)?.node}.${j}`
    const index = this.#calls.get(call) ?? this.#calls.size
    this.#calls.set(call, index)
    return index
  }
}
