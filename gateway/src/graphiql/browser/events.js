// Follows a subscription over server-sent events. The answer shows all events so far, because GraphiQL replaces the
// former answer by each new one.

import { readEventStream } from './sse.js'

const MAX_SHOWN = 200
const REDRAW_MS = 100
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]

/**
 * Returns an observable of the answer.
 *
 * @param open sends the request: `(lastEventId, signal) => Promise<Response>`
 */
export const followEvents = (open, { onShown = () => {}, retryMs = RETRY_MS } = {}) => ({
  subscribe(observer) {
    const stopped = new AbortController()
    const answer = createAnswer((value) => {
      observer.next(value)
      onShown()
    })
    receive(open, answer, retryMs, stopped.signal).then(
      () => observer.complete(),
      (error) => observer.error(error),
    )
    return { unsubscribe: () => stopped.abort() }
  },
})

async function receive(open, answer, retryMs, signal) {
  let lastEventId
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await open(lastEventId, signal)
      if (!isStream(response) && response.status < 500) return answer.replace(await response.json())
      for await (const { event, data, id } of readEventStream(response)) {
        if (event === 'complete') return answer.setState('complete')
        attempt = 0
        lastEventId = id ?? lastEventId
        answer.add(JSON.parse(data))
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof TypeError)) throw error // a TypeError is a network error
    }
    if (signal.aborted) return answer.setState('stopped')
    if (attempt === retryMs.length || (lastEventId === undefined && answer.received() > 0)) return answer.setState(LOST)
    answer.setState(`The connection was lost. The next attempt starts in ${retryMs[attempt] / 1000} s.`)
    await delay(retryMs[attempt], signal)
  }
}

const LOST = 'The connection was lost, and later events are missing. Run the operation again.'

/** Collects events and shows them at most every 100 ms. */
function createAnswer(show) {
  const events = []
  let received = 0
  let state = 'open'
  let timer
  const draw = () => {
    clearTimeout(timer)
    timer = undefined
    const hidden = received - events.length
    show({ received, ...(hidden > 0 && { hidden: `${hidden} older events` }), events: [...events], state })
  }
  const setState = (next) => {
    state = next
    draw()
  }
  return {
    received: () => received,
    setState,
    replace: (value) => show(value),
    add({ data, ...rest }) {
      state = 'open'
      received += 1
      events.push(rest.errors ? { data, ...rest } : data)
      if (events.length > MAX_SHOWN) events.shift()
      timer ??= setTimeout(draw, REDRAW_MS)
    },
  }
}

const isStream = ({ ok, headers }) => ok && headers.get('content-type')?.startsWith('text/event-stream')

const delay = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true })
  })
