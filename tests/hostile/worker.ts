/**
 * A worker process with nothing but a sandbox, so that an attempt that crashes the worker does not crash the test process. It receives
 * calls and replies with their results: see `WorkerRequest` and `WorkerReply`.
 */
import { AshlarError } from '@ashlar/core'
import { createSandbox, type CallRequest, type SandboxLimits } from '@ashlar/core/testing'

export type Call = Omit<CallRequest, 'input'> & {
  input: string
  abortAfterMs?: number
  /** Whether the execution continues after the call, with the same context. */
  keepsScope?: boolean
}

export type WorkerRequest = ['start', limits: Partial<SandboxLimits>] | ['call', n: number, call: Call] | ['memory', n: number]

export interface Result {
  outputs: [pin: string, value: unknown][]
  /** The number of outputs; the first few are in `outputs`. */
  outputCount: number
  logs: string[]
  logCount: number
  hostCalls: [method: string, ...args: unknown[]][]
  /** The nodes of the stretch that the guest announced. */
  foreseen: number[]
  manifest?: unknown
  error?: { code: string; message: string }
  tookMs: number
  /** The prototypes and globals of this process that have changed. */
  changed: string[]
}

/** `broken` reports an uncaught exception, which would end a real worker. */
export type WorkerReply =
  | ['ready']
  | ['broken', message: string]
  | ['result', n: number, result: Result]
  | ['memory', n: number, pids: number[], ownMb: number]

const MAX_REPORTED = 20
const MAX_CHARS = 5000
let sandbox: Awaited<ReturnType<typeof createSandbox>>

process.on('message', (request: WorkerRequest) => {
  if (request[0] === 'start') void start(request[1])
  else if (request[0] === 'call') run(request[1], request[2])
  else send(['memory', request[1], sandbox.pids(), process.memoryUsage().rss / 2 ** 20])
})
process.on('disconnect', () => process.exit(0))
process.on('uncaughtException', (error) => send(['broken', error.message]))

async function start(limits: Partial<SandboxLimits>): Promise<void> {
  sandbox = await createSandbox(limits)
  send(['ready'])
}

function run(n: number, { input, abortAfterMs, keepsScope = false, ...call }: Call): void {
  const startedAt = performance.now()
  const result: Result = {
    outputs: [],
    outputCount: 0,
    logs: [],
    logCount: 0,
    hostCalls: [],
    foreseen: [],
    tookMs: 0,
    changed: [],
  }
  const finish = (error?: { code: string; message: string }): void => {
    if (!keepsScope) sandbox.forget(call.scope)
    if (error) result.error = { code: error.code, message: error.message }
    send(['result', n, { ...result, tookMs: performance.now() - startedAt, changed: changes() }])
  }
  const abort = sandbox.call(
    { ...call, input: () => input },
    {
      output(pin, value, foreseen = []) {
        result.foreseen.push(...foreseen.slice(0, MAX_REPORTED).map(({ node }) => node))
        for (const each of foreseen) each.drop()
        if (result.outputCount++ < MAX_REPORTED) result.outputs.push([pin, abbreviate(value)])
      },
      log: (level, text) => result.logCount++ < MAX_REPORTED && void result.logs.push(`${level}: ${text}`),
      async hostCall(method, args) {
        if (result.hostCalls.length < MAX_REPORTED)
          result.hostCalls.push([abbreviate(method) as string, ...args.slice(0, MAX_REPORTED).map(abbreviate)])
        return answer(method, args)
      },
      manifest: (manifest) => (result.manifest = abbreviate(manifest)),
      end: finish,
    },
  )
  if (abortAfterMs === undefined) return
  setTimeout(() => {
    abort()
    finish({ code: 'ABORTED', message: 'aborted by the test' })
  }, abortAfterMs)
}

/** A host that returns the method and key of a call, rejects the key `refuse`, and has a bug for the key `bug`. */
async function answer(method: string, args: readonly unknown[]): Promise<unknown> {
  if (args[1] === 'refuse') throw new AshlarError('BAD_INPUT', 'refused')
  if (args[1] === 'bug') throw new Error(`a bug in ${import.meta.filename}`)
  if (args[1] === 'proto')
    return JSON.parse('{"__proto__":{"polluted":"guest"},"constructor":{"prototype":{"polluted":"guest"}}}')
  return { method: abbreviate(method), key: abbreviate(args[1]), list: [1, { deep: true }] }
}

/** Replaces a value that is too long or cannot be converted to JSON. */
function abbreviate(value: unknown): unknown {
  try {
    const text = JSON.stringify(value)
    return text === undefined || text.length <= MAX_CHARS ? value : `<${text.length} characters>`
  } catch (error) {
    return `<${error instanceof Error ? error.name : 'unknown'}>`
  }
}

const PROTOTYPES = { Object, Array, Function, String, Number, Promise, Map, Set, Error, RegExp, Date }
const BEFORE = fingerprint()

function fingerprint(): Record<string, string> {
  const names = Object.entries(PROTOTYPES).map(([name, { prototype }]) => [name, Reflect.ownKeys(prototype).map(String).join()])
  return { ...(Object.fromEntries(names) as Record<string, string>), global: Object.keys(globalThis).join() }
}

function changes(): string[] {
  const now = fingerprint()
  const known = Object.keys(BEFORE).filter((name) => now[name] !== BEFORE[name])
  return 'polluted' in {} ? [...known, 'polluted'] : known
}

function send(reply: WorkerReply): void {
  process.send?.(reply)
}
