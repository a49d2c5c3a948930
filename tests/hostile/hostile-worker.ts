import { fork, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SandboxLimits } from '@ashlar/core/testing'
import { toBundle, type HostileBlock } from './plugin-source.ts'
import type { WorkerRequest, Call, Result, WorkerReply } from './worker.ts'

/** A worker process for the attempts of one test file. */
export interface HostileWorker {
  /** Runs a block in a new plugin and a new execution, as the user `mallory`. */
  attempt(block: HostileBlock, how?: Partial<Call> & { n?: unknown }): Promise<Result>
  call(call: Partial<Call> & Pick<Call, 'bundle'>): Promise<Result>
  /** Returns the ids of its sandbox processes. */
  pids(): Promise<number[]>
  /** Returns the resident memory of all sandbox processes, of the largest one, and of the worker. */
  memoryMb(): Promise<{ sandboxes: number; largest: number; worker: number }>
  /** Uncaught exceptions and unexpected exits of the worker process. */
  readonly faults: readonly string[]
  /** SIGKILL. */
  kill(): void
  close(): Promise<void>
}

export const WORKER_DIED = 'WORKER_DIED'

/** Starts a worker. If its process dies, running attempts end with `WORKER_DIED`, and the next attempt starts a new process. */
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
  readonly #waiting = new Map<number, (reply: WorkerReply | undefined) => void>()
  readonly #faults: string[]
  #next = 0
  #closing = false

  static async start(limits: Partial<SandboxLimits>, faults: string[]): Promise<ChildWorker> {
    const worker = new ChildWorker(faults)
    const ready = new Promise((resolve) => worker.#waiting.set(0, resolve))
    worker.#send(['start', limits])
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
    this.#child.on('message', (reply: WorkerReply) => {
      if (reply[0] === 'broken') this.#break(reply[1])
      else this.#settle(reply[0] === 'ready' ? 0 : reply[1], reply)
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
    const reply = await this.#request((n) => ['call', n, call])
    if (reply?.[0] === 'result') return reply[2]
    const error = { code: WORKER_DIED, message: 'the worker process ended' }
    const nothing = { outputs: [], outputCount: 0, logs: [], logCount: 0, hostCalls: [], foreseen: [], changed: [] }
    return { ...nothing, error, tookMs: performance.now() - startedAt }
  }

  async memory(): Promise<[pids: number[], ownMb: number]> {
    const reply = await this.#request((n) => ['memory', n])
    return reply?.[0] === 'memory' ? [reply[2], reply[3]] : [[], 0]
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

  #request(toRequest: (n: number) => WorkerRequest): Promise<WorkerReply | undefined> {
    const n = ++this.#next
    return new Promise((resolve) => {
      this.#waiting.set(n, resolve)
      this.#send(toRequest(n))
    })
  }

  #break(fault: string): void {
    this.#faults.push(fault)
    for (const n of this.#waiting.keys()) this.#settle(n)
  }

  #send(request: WorkerRequest): void {
    if (this.#child.connected) this.#child.send(request)
  }

  #settle(n: number, reply?: WorkerReply): void {
    this.#waiting.get(n)?.(reply)
    this.#waiting.delete(n)
  }
}

/** Returns the resident memory of a process; 0 when it is unknown. */
async function residentMb(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0')
  return (Number(statm.split(' ')[1]) * 4096) / 2 ** 20
}
