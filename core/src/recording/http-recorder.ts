import { AshlarError } from '../base/index.ts'
import type { CapabilityHosts, CapabilitySession } from '../capabilities/index.ts'

/**
 * A request of a block and the response that it received. It contains no secret of a credential: the worker adds these
 * after it was recorded, and masks them in the response.
 */
export interface HttpExchange {
  method: string
  url: string
  /** The provider whose credential the request used. */
  credential: string | null
  /** Null if the request failed. */
  response: HttpResponse | null
  /** Why the request failed. */
  error: { code: string; message: string } | null
}

interface HttpResponse {
  status: number
  /** Names in lower case. */
  headers: [name: string, value: string][]
  /** The part of the body that the block has read, up to 1 MiB, as base64. */
  base64: string
  /** Whether a part of the body is missing. */
  isCut: boolean
}

/** Stores an exchange of a node execution. */
export type StoreExchange = (executionId: string, nodeId: string, n: number, exchange: HttpExchange) => Promise<void>

const MAX_BODY_BYTES = 1024 * 1024
/** A longer URL is cut, and the response is marked as cut. */
const MAX_URL_CHARS = 16_384
/** What is recorded of one node execution. Later bodies are cut. */
const MAX_RUN_BYTES = 64 * 1024 * 1024
/** The exchanges of one node execution. Later ones are not recorded. */
const MAX_RUN_EXCHANGES = 1000

/**
 * Records the HTTP exchanges of the executions that want it, at most 1000 with 64 MiB of bodies of one node execution.
 * They are stored before the block receives the end.
 */
export function recordHttp(hosts: CapabilityHosts, store: StoreExchange): CapabilityHosts {
  return {
    createSession(execution, run, getInputs) {
      const session = hosts.createSession(execution, run, getInputs)
      if (execution.recordsHttp !== true) return session
      const [, nodeId = '', n = ''] = /^[^:]*:(.*):(\d+)$/s.exec(run.idempotencyKey) ?? []
      return new RecordedSession(session, (exchange) => store(execution.id, nodeId, Number(n), exchange))
    },
    close: () => hosts.close(),
  }
}

interface OpenExchange extends HttpExchange {
  chunks: Buffer[]
  bytes: number
}

class RecordedSession implements CapabilitySession {
  readonly #session: CapabilitySession
  readonly #store: (exchange: HttpExchange) => Promise<void>
  readonly #open = new Map<unknown, OpenExchange>()
  #exchanges = 0
  #bytes = 0

  constructor(session: CapabilitySession, store: (exchange: HttpExchange) => Promise<void>) {
    this.#session = session
    this.#store = store
  }

  getEffect(method: string, args: readonly unknown[]): ReturnType<CapabilitySession['getEffect']> {
    return this.#session.getEffect(method, args)
  }

  async perform(method: string, args: readonly unknown[]): Promise<unknown> {
    const [first] = args
    try {
      const result = await this.#session.perform(method, args)
      await this.#observe(method, first, result)
      return result
    } catch (error) {
      const exchange = method === 'http.open' ? toOpen(first) : this.#open.get(first)
      if (exchange && error instanceof AshlarError) {
        const { code, message } = error
        await this.#end(first, { ...exchange, response: null, error: { code, message } })
      }
      throw error
    }
  }

  close(): void {
    this.#open.clear()
    this.#session.close()
  }

  async #observe(method: string, first: unknown, result: unknown): Promise<void> {
    if (method === 'http.open') return void this.#open.set(result, toOpen(first))
    const exchange = this.#open.get(first)
    if (!exchange) return
    if (method === 'http.response') readHead(exchange, result as { status: number; headers: [string, string][] })
    else if (method === 'http.read' && typeof result === 'string') addChunk(exchange, Buffer.from(result, 'base64'))
    else if (method === 'http.read') await this.#end(first, exchange)
    else if (method === 'http.cancel') await this.#end(first, exchange, true)
  }

  async #end(id: unknown, { chunks, bytes, ...exchange }: OpenExchange, isCancelled = false): Promise<void> {
    this.#open.delete(id)
    if (++this.#exchanges > MAX_RUN_EXCHANGES) return
    this.#bytes += Math.min(bytes, MAX_BODY_BYTES)
    const isFull = this.#bytes > MAX_RUN_BYTES || this.#exchanges === MAX_RUN_EXCHANGES
    const base64 = isFull ? '' : Buffer.concat(chunks).toString('base64')
    const isCut = isFull || isCancelled || bytes > MAX_BODY_BYTES || exchange.url.length === MAX_URL_CHARS
    await this.#store({ ...exchange, response: exchange.response && { ...exchange.response, base64, isCut } })
  }
}

/** @param request as the block has given it, which may be invalid */
function toOpen(request: unknown): OpenExchange {
  const { method, url, credential } = Object(request) as { method: unknown; url: unknown; credential: unknown }
  return {
    method: toText(method),
    url: withoutFragment(toText(url)),
    credential: typeof credential === 'string' ? toText(credential) : null,
    response: null,
    error: null,
    chunks: [],
    bytes: 0,
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_URL_CHARS) : ''
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '')
}

function readHead(exchange: OpenExchange, { status, headers }: { status: number; headers: [string, string][] }): void {
  exchange.response = { status, headers, base64: '', isCut: false }
}

function addChunk(exchange: OpenExchange, chunk: Buffer): void {
  if (exchange.bytes + chunk.length <= MAX_BODY_BYTES) exchange.chunks.push(chunk)
  exchange.bytes += chunk.length
}
