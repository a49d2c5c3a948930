import { vi } from 'vitest'
import type { Block } from '../block.ts'
import type { BlockContext } from '../context.ts'
import type { FileEntry } from '../files.ts'

/** The server side of a service: answers a request as its API does. */
export type TestService = (request: Request) => Response | Promise<Response>

interface ServiceRun {
  /** The yielded values: pairs, or the pin and value of each entry of an object. */
  outputs: [pin: string, value: unknown][]
  /** The message of the error with which the block ended. */
  error: string | undefined
  /** Methods and URLs, in order. */
  requests: string[]
  /** The files of the execution, by path. */
  files: Map<string, Uint8Array>
  logs: string[]
}

interface ServiceOptions {
  files?: Record<string, string>
}

/**
 * Runs a block against a service that the test implements. Unlike `tests` of a block, it can react to the requests: to
 * page parameters, to a sequence of requests, to wrong inputs. The block runs in the process of the test.
 */
export async function runAgainst(
  block: Block,
  input: unknown,
  service: TestService,
  { files: initial = {} }: ServiceOptions = {},
): Promise<ServiceRun> {
  const files = new Map(Object.entries(initial).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  const run: ServiceRun = { outputs: [], error: undefined, requests: [], files, logs: [] }
  const context = createContext(run, service)
  try {
    for await (const yielded of block.run(block.input.parse(input) as never, context))
      run.outputs.push(...(Array.isArray(yielded) ? [yielded as [string, unknown]] : Object.entries(yielded)))
  } catch (error) {
    run.error = error instanceof Error ? error.message : String(error)
  }
  return run
}

function createContext(run: ServiceRun, service: TestService): BlockContext {
  const fetch: BlockContext['fetch'] = async (url, init) => {
    const request = new Request(url, { duplex: 'half', ...init } as RequestInit)
    run.requests.push(`${request.method} ${request.url}`)
    return service(request)
  }
  const facts = { provider: 'test/test', name: 'default', type: 'API_KEY', hosts: [], scopes: [] } as const
  const context = {
    fetch,
    signal: new AbortController().signal,
    log: (text: string) => void run.logs.push(text),
    progress: () => {},
    idempotencyKey: async () => 'execution:node:1',
    credentials: async () => ({ ...facts, fetch }),
    files: {
      read: async (path: string) => run.files.get(path) ?? missing(path),
      open: async (path: string) => new Blob([(run.files.get(path) ?? missing(path)) as Uint8Array<ArrayBuffer>]).stream(),
      stat: async (path: string) => toEntry(path, run.files.get(path) ?? missing(path)),
      write: async (path: string, data: BodyInit) => {
        const bytes = new Uint8Array(await new Response(data).arrayBuffer())
        run.files.set(path, bytes)
        return toEntry(path, bytes)
      },
    },
  }
  return context as unknown as BlockContext
}

function toEntry(path: string, { length: bytes }: Uint8Array): FileEntry {
  return { path, bytes, modifiedAt: new Date(0) }
}

function missing(path: string): never {
  throw new Error(`files: the file "${path}" does not exist`)
}

/** Longer than most waits between attempts. */
const STEP_MS = 1000

/**
 * Advances the fake clock until a promise settles. `vi.runAllTimersAsync` would also run the timers of other code in
 * the process, which may never end.
 */
export async function settle<T>(promise: Promise<T>): Promise<T> {
  let isPending = true
  const end = (): void => void (isPending = false)
  promise.then(end, end)
  while (isPending) await vi.advanceTimersByTimeAsync(STEP_MS)
  return promise
}
