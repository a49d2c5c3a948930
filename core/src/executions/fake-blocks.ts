import { documentSchema } from '../graphs/index.ts'
import type { JsonSchema } from '../pins/index.ts'
import { createPlugin, type Block } from '../plugins/index.ts'
import type { ExecutionEvent } from './events.ts'
import { fold } from './fold.ts'
import type { NodeExecution } from './pairing.ts'
import { compilePlan, type Plan } from './plan.ts'
import type { Decision, NodeError, Scheduler, SchedulerEvent } from './scheduler.ts'

/** What a fake block does with its inputs: pairs in order, then success or a failure. Must be pure. */
type FakeRun = (inputs: Record<string, unknown>, attempt: number) => { pairs: [string, unknown][]; error?: NodeError }

export interface FakeBlock {
  run: FakeRun
  kind?: Block['kind']
  staticOutput?: boolean
  serial?: boolean
  /** Uses a capability that can be seen outside. */
  effectful?: boolean
  onCrash?: Block['onCrash']
  inputs?: Record<string, JsonSchema>
}

/** Blocks without a sandbox, for tests of the scheduler: a document names them as its nodes' `block`. */
export function planWith(fakes: Record<string, FakeBlock>, document: unknown): Plan {
  const facts = { packageName: 'fake', version: '0', bundle: { digest: 'fake', code: '' }, builtin: true }
  const manifests = Object.entries(fakes).map(([name, fake]) => ({
    id: name,
    name,
    description: '',
    category: '',
    kind: fake.kind ?? ('standard' as const),
    staticOutput: fake.staticOutput ?? false,
    serial: fake.serial ?? false,
    capabilities: fake.effectful ? { storage: ['graph' as const] } : {},
    onCrash: fake.onCrash ?? ('fail' as const),
    inputSchema: { type: 'object', properties: fake.inputs ?? {} },
    outputSchema: { type: 'object', properties: {} },
    tests: [],
  }))
  const blocks = new Map(createPlugin(facts, { name: 'fake', blocks: manifests }).blocks.map((block) => [block.name, block]))
  return compilePlan(documentSchema.parse(document), ({ block }) => {
    const found = blocks.get(block)
    if (!found) throw new Error(`no fake block ${block}`)
    return found
  })
}

export interface Simulation {
  scheduler: Scheduler
  events: ExecutionEvent[]
  /** Inputs of every run, as `node.n` → inputs, in the order of starting. */
  runs: [run: string, inputs: Record<string, unknown>][]
  end: Extract<Decision, { type: 'end' }> | undefined
}

export interface SimulationOptions {
  inputs?: Record<string, unknown>
  /** Which of the runs in hand goes on next; the first unless told otherwise. */
  choose?: (inHand: number) => number
  /** Stops after so many events, like a worker that is killed. */
  stopAfter?: number
  /** Events to begin with, as a worker that takes over. */
  events?: ExecutionEvent[]
  /** Told of every run that is started, also again. */
  onRun?: (run: NodeExecution) => void
}

/** Carries out what the scheduler decides, one pair at a time, and keeps the journal. */
export function simulate(plan: Plan, fakes: Record<string, FakeBlock>, options: SimulationOptions = {}): Simulation {
  return new Simulator(plan, fakes, options).run()
}

interface InHand {
  run: NodeExecution
  left: [string, unknown][]
  error: NodeError | undefined
}

class Simulator {
  readonly #fakes: Record<string, FakeBlock>
  readonly #options: SimulationOptions
  readonly #scheduler: Scheduler
  readonly #events: ExecutionEvent[]
  readonly #runs: Simulation['runs'] = []
  readonly #due: NodeExecution[] = []
  #inHand: InHand[] = []
  #end: Simulation['end']
  #pending: Decision[]

  constructor(plan: Plan, fakes: Record<string, FakeBlock>, options: SimulationOptions) {
    this.#fakes = fakes
    this.#options = options
    this.#events = [...(options.events ?? [])]
    const { scheduler, pending } = fold(plan, this.#events)
    this.#scheduler = scheduler
    this.#pending = pending
  }

  run(): Simulation {
    const inputs = this.#options.inputs ?? {}
    if (this.#scheduler.status === 'QUEUED') this.#happen({ type: 'ExecutionStarted', inputs }, { type: 'start', inputs })
    else this.#carryOut(this.#pending)
    while (!this.#isStopped() && (this.#inHand.length > 0 || this.#due.length > 0)) this.#proceed()
    return { scheduler: this.#scheduler, events: this.#events, runs: this.#runs, end: this.#end }
  }

  #isStopped(): boolean {
    return this.#end !== undefined || this.#events.length >= (this.#options.stopAfter ?? Infinity)
  }

  #proceed(): void {
    const chosen = this.#options.choose?.(this.#inHand.length + this.#due.length) ?? 0
    const current = this.#inHand[chosen]
    if (!current) return this.#repeat()
    const { run } = current
    const at = { node: run.node.id, n: run.n }
    const pair = current.left.shift()
    if (pair)
      return this.#happen(
        { type: 'NodeOutput', ...at, pin: pair[0], value: pair[1] },
        { type: 'output', ...at, pin: pair[0], value: pair[1] },
      )
    this.#inHand = this.#inHand.filter((each) => each !== current)
    this.#finish(run, current.error)
  }

  #repeat(): void {
    const run = this.#due.shift()
    if (!run) return
    const at = { node: run.node.id, n: run.n }
    this.#happen({ type: 'NodeRetried', ...at, attempt: run.attempt + 1 }, { type: 'retry', ...at })
  }

  #finish(run: NodeExecution, error: NodeError | undefined): void {
    const at = { node: run.node.id, n: run.n }
    this.#happen(
      { type: 'NodeFinished', ...at, attempt: run.attempt, ...(error && { error }) },
      { type: 'finish', ...at, ...(error && { error }) },
    )
  }

  #happen(event: ExecutionEvent, input: SchedulerEvent): void {
    if (this.#isStopped()) return
    this.#events.push(event)
    this.#carryOut(this.#scheduler.step(input))
  }

  #carryOut(decisions: Decision[]): void {
    for (const decision of decisions) {
      if (decision.type === 'run') this.#start(decision.run)
      else if (decision.type === 'graph-output')
        this.#events.push({ type: 'GraphOutput', name: decision.name, value: decision.value })
      else if (decision.type === 'retry') this.#due.push(decision.run)
      else if (decision.type === 'abort') this.#inHand = this.#inHand.filter(({ run }) => run !== decision.run)
      else this.#end = decision
    }
  }

  #start(run: NodeExecution): void {
    let inputs: Record<string, unknown>
    try {
      inputs = this.#scheduler.inputsOf(run)
    } catch (error) {
      return this.#finish(run, { code: 'BLOCK_INPUT_INVALID', message: String(error) })
    }
    this.#runs.push([`${run.node.id}.${run.n}`, inputs])
    this.#events.push({ type: 'NodeStarted', node: run.node.id, n: run.n, attempt: run.attempt })
    this.#options.onRun?.(run)
    const { pairs, error } = this.#fakes[run.node.block.name]?.run(inputs, run.attempt) ?? { pairs: [] }
    this.#inHand.push({ run, left: pairs.slice(run.outputs), error })
  }
}
