import { bindToScope } from '../base/request-scope.ts'
import { stringifyInSlices } from './limits/index.ts'
import { toPublicResult } from '../http/public-errors.ts'
import { RESUME_TOKEN, type EventResult } from './subscriptions.ts'

/** Proxies close a connection without data after 30 to 60 seconds. */
const HEARTBEAT_MS = 12_000
/** The delay before a browser reconnects. */
const RETRY_MS = 1000
const HEARTBEAT = ':\n\n'

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  connection: 'keep-alive',
  'x-accel-buffering': 'no', // nginx would hold events back
}

type Results = AsyncIterable<EventResult>

/**
 * Sends results as server-sent events: `next` for each result, then `complete`. An event with a resume token has it as
 * its `id`. While the subscription waits, comments keep the connection open. Source:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html and the "distinct connections mode" of graphql-sse
 */
export function sendEventStream(
  result: Results | EventResult,
  init: { status: number; headers: object },
  fetchAPI: FetchAPI,
): Response {
  const results = Symbol.asyncIterator in result ? result[Symbol.asyncIterator]() : once(result)
  const encoder = new TextEncoder()
  let heartbeat: NodeJS.Timeout | undefined
  let isWaiting = false
  const stream = new fetchAPI.ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(`${HEARTBEAT}retry: ${RETRY_MS}\n\n`))
      heartbeat = setInterval(() => isWaiting && controller.enqueue(encoder.encode(HEARTBEAT)), HEARTBEAT_MS)
    },
    // A consumer may pull in the scope of another request.
    pull: bindToScope(async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      isWaiting = true
      const { done, value } = await results.next()
      isWaiting = false
      if (done !== true) return controller.enqueue(encoder.encode(await formatNext(value)))
      clearInterval(heartbeat)
      controller.enqueue(encoder.encode('event: complete\ndata:\n\n'))
      controller.close()
    }),
    async cancel() {
      clearInterval(heartbeat)
      await results.return?.()
    },
  })
  return new fetchAPI.Response(stream, { status: init.status, headers: { ...HEADERS, ...init.headers } })
}

/** The classes of yoga. Its streams pass on the end of a connection immediately. */
type FetchAPI = Pick<typeof globalThis, 'ReadableStream' | 'Response'>

async function formatNext(result: EventResult): Promise<string> {
  const token = result[RESUME_TOKEN]
  const id = token === undefined ? '' : `id: ${token}\n`
  return `${id}event: next\ndata: ${await stringifyInSlices(toPublicResult(result))}\n\n`
}

async function* once(result: EventResult): AsyncGenerator<EventResult, void> {
  yield result
}
