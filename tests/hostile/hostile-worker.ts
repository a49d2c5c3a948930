import { fork, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SandboxLimits } from '@ashlar/core/testing'
import { toBundle, type HostileBlock } from './plugin-source.ts'
import type { WorkerRequest, Call, Result, WorkerReply } from './worker.ts'

/** A worker process for the attempts of one test file. */
export interface HostileWorker {
  /** Runs a block alone in its plugin, as the user `mallory`, in an execution of its own. */
  attempt(block: HostileBlock, how?: Partial<Call> & { n?: unknown }): Promise<Result>
  call(call: Partial<Call> & Pick<Call, 'bundle'>): Promise<Result>
  /** Of its sandbox processes. */
  pids(): Promise<number[]>
  /** Resident memory of the sandbox processes together, and of the worker itself. */
  memoryMb(): Promise<{ sandboxes: number; largest: number; worker: number }>
  /** What was thrown that nobody caught, and how often the process ended by itself: a worker has none. */
  readonly faults: readonly string[]
  /** SIGKILL. */
  kill(): void
  close(): Promise<void>
}

export const WORKER_DIED = 'WORKER_DIED'

/** Starts a worker. Attempts that are on their way when it breaks end with `WORKER_DIED`; one whose process is gone is replaced. */
export async function startHostileWorker(limits: Partial<SandboxLimits>): Promise<HostileWorker> {
  const faults: string[] = []
  let worker = await ChildWorker.start(limits, faults)
  let starting: Promise<ChildWorker> | undefined
  let scopes = 0
  const living = async (): Promise<ChildWorker> => {
    if (worker.isAlive) return worker
    starting ??= ChildWorker.start(limits, faults).finally(() => (starting = undefined))
    return (worker = await starting)
  }
  const call: HostileWorker['call'] = async (given) => {
    const scope = `e${++scopes}`
    const defaults = { kind: 'run' as const, cordon: 'user:mallory', owner: 'mallory', block: 'attempt' }
    const rest = { scope, affinity: scope, input: '{"n":1}', timeoutMs: 10_000 }
    return (await living()).call({ ...defaults, ...rest, ...given })
  }
  return {
    call,
    attempt: (block, { n = 1, ...how } = {}) =>
      call({ bundle: toBundle({ ...block, name: 'attempt' }), input: JSON.stringify({ n }), ...how }),
    async memoryMb() {
      const [pids, ownMb] = await worker.memory()
      const each = await Promise.all(pids.map(residentMb))
      return { sandboxes: each.reduce((a, b) => a + b, 0), largest: Math.max(0, ...each), worker: ownMb }
    },
    faults,
    pids: async () => (await worker.memory())[0],
    kill: () => worker.kill(),
    close: () => worker.close(),
  }
}

class ChildWorker {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (told: WorkerReply | undefined) => void>()
  readonly #faults: string[]
  #next = 0
  #closing = false

  static async start(limits: Partial<SandboxLimits>, faults: string[]): Promise<ChildWorker> {
    const worker = new ChildWorker(faults)
    const ready = new Promise((resolve) => worker.#waiting.set(0, resolve))
    worker.#ask(['start', limits])
    await ready
    return worker
  }

  constructor(faults: string[]) {
    this.#faults = faults
    this.#child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
      execArgv: ['--max-old-space-size=1024'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (told: WorkerReply) => {
      if (told[0] === 'broken') this.#break(told[1])
      else this.#settle(told[0] === 'ready' ? 0 : told[1], told)
    })
    this.#child.once('exit', (code, signal) => {
      if (!this.#closing) this.#break(`the process ended with ${signal ?? code}`)
    })
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async call(call: Call): Promise<Result> {
    const startedAt = performance.now()
    const told = await this.#answerTo((n) => ['call', n, call])
    if (told?.[0] === 'result') return told[2]
    const error = { code: WORKER_DIED, message: 'the worker process ended' }
    const nothing = { outputs: [], outputCount: 0, logs: [], logCount: 0, hostCalls: [], foreseen: [], changed: [] }
    return { ...nothing, error, tookMs: performance.now() - startedAt }
  }

  async memory(): Promise<[pids: number[], ownMb: number]> {
    const told = await this.#answerTo((n) => ['memory', n])
    return told?.[0] === 'memory' ? [told[2], told[3]] : [[], 0]
  }

  kill(): void {
    this.#closing = true
    this.#child.kill('SIGKILL')
  }

  async close(): Promise<void> {
    this.#closing = true
    if (!this.isAlive) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.disconnect()
    await gone
  }

  #answerTo(asked: (n: number) => WorkerRequest): Promise<WorkerReply | undefined> {
    const n = ++this.#next
    return new Promise((resolve) => {
      this.#waiting.set(n, resolve)
      this.#ask(asked(n))
    })
  }

  #break(fault: string): void {
    this.#faults.push(fault)
    for (const n of this.#waiting.keys()) this.#settle(n)
  }

  #ask(asked: WorkerRequest): void {
    if (this.#child.connected) this.#child.send(asked)
  }

  #settle(n: number, told?: WorkerReply): void {
    this.#waiting.get(n)?.(told)
    this.#waiting.delete(n)
  }
}

/** Resident memory of a process; 0 where the machine does not tell. */
async function residentMb(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0')
  return (Number(statm.split(' ')[1]) * 4096) / 2 ** 20
}
