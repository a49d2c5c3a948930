import { unreachable } from './api-error.ts'

/**
 * Yields the chunks of a body until it ends or the connection is aborted.
 *
 * @param connection aborted here if no chunk arrives within the idle timeout
 * @throws the reason of the signal; {AshlarApiError} SERVER_UNREACHABLE when the connection is lost
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array>,
  connection: AbortController,
  idleTimeoutMs: number,
): AsyncGenerator<Uint8Array, void> {
  const { signal } = connection
  const reader = body.getReader()
  try {
    for (;;) {
      const idle = setTimeout(
        () => connection.abort(unreachable(`the server sent nothing for ${idleTimeoutMs} ms`)),
        idleTimeoutMs,
      )
      const { done, value } = await untilAborted(reader.read(), signal).finally(() => clearTimeout(idle))
      if (done) return
      yield value
    }
  } catch (cause) {
    throw signal.aborted ? signal.reason : unreachable('the connection was lost', { cause })
  } finally {
    // Cancel a platform stream through its reader. Cancel the stream of a server in this process directly, because its
    // reader would wait for the next event. Do not wait for either.
    body.cancel().catch(() => reader.cancel().catch(() => undefined))
  }
}

/** A race with a signal. `Promise.race` would keep a reference from the signal to the result of every read. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
