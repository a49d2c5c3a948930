import { isTemporary, unreachable } from './api-error.ts'
import { readChunks } from './chunks.ts'
import type { Connection } from './connection.ts'
import { parseEventStream } from './event-stream.ts'

/** How a subscription reconnects. */
export interface ReconnectOptions {
  /**
   * Returns the pause before an attempt to reconnect; undefined ends the subscription with the error.
   *
   * @param attempt 0, 1, 2 … since the server last accepted the subscription
   * @default 0.25 to 10 seconds for 10 attempts
   */
  retryDelayMs?: (attempt: number) => number | undefined
  /**
   * Reconnects if the server sends nothing for this time. The server sends a comment at least every 12 seconds.
   *
   * @default 45_000
   */
  idleTimeoutMs?: number
}

export interface SubscribeOptions {
  /** Ends the subscription. The iteration then throws the reason of the signal. */
  signal?: AbortSignal | undefined
  /**
   * Called after a lost connection was replaced if the events of the subscription have no `id`. The subscription then
   * continues with new events: load the current state again.
   */
  onGap?: (() => void) | undefined
}

interface Subscription extends SubscribeOptions, Required<ReconnectOptions> {
  connection: Connection
  /** Text of the document. */
  query: string
  variables: Readonly<Record<string, unknown>>
}

/**
 * Yields the data of each event once, in order, until the server completes the subscription.
 *
 * A subscription is a POST that a stream of Server-Sent Events answers. Each message `next` is a result. The message
 * `complete` ends the subscription; a stream that ends without it was cut. After a cut, this function sends the
 * subscription again with the id of the last event that the caller received, and the server continues after that event.
 * The id is the header `Last-Event-ID` if the messages have ids, and the variable `after` if the document declares it.
 *
 * @throws {AshlarApiError} when the server rejects the subscription, or when `retryDelayMs` returns undefined
 */
export async function* subscribe(subscription: Subscription): AsyncGenerator<unknown, void> {
  const { query, retryDelayMs, signal, onGap } = subscription
  const declaresAfter = /\$after\b/.test(query)
  let { variables } = subscription
  let lastEventId: string | undefined
  let opened = false
  let attempt = 0
  const onOpen = (): void => {
    if (opened && !declaresAfter && lastEventId === undefined) onGap?.()
    opened = true
    attempt = 0
  }
  for (; ; attempt++) {
    let failure: unknown
    signal?.throwIfAborted()
    try {
      for await (const { data, id } of connect({ ...subscription, variables }, lastEventId, onOpen)) {
        yield data
        lastEventId = id ?? lastEventId
        const after = id ?? readId(data)
        if (declaresAfter && after !== undefined) variables = { ...variables, after }
      }
      return
    } catch (error) {
      if (signal?.aborted === true || !isTemporary(error)) throw error
      failure = error
    }
    const delayMs = retryDelayMs(attempt)
    if (delayMs === undefined) throw failure
    await pause(delayMs, signal)
  }
}

/** Yields the data of each message of one connection. */
async function* connect(
  { connection, query, variables, signal, idleTimeoutMs }: Subscription,
  lastEventId: string | undefined,
  onOpen: () => void,
): AsyncGenerator<{ data: unknown; id: string | undefined }, void> {
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const response = await connection.send({ query, variables }, 'text/event-stream', {
      signal: controller.signal,
      ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }),
    })
    const { body, status } = response
    if (!body || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      await connection.readResponse(response)
      throw unreachable('the response is not an event stream: the document is not a subscription', { status })
    }
    onOpen()
    for await (const { event, data, id } of parseEventStream(readChunks(body, controller, idleTimeoutMs))) {
      if (event === 'complete') return
      yield { data: connection.readResult(data), id }
    }
    throw unreachable('the event stream ended early')
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** Returns the `id` of the only field of the data, which is the event. */
function readId(data: unknown): string | undefined {
  const [event] = Object.values(data as Record<string, { id?: unknown } | null>)
  return typeof event?.id === 'string' ? event.id : undefined
}

/** Waits. @throws the reason of the signal when it aborts */
function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
