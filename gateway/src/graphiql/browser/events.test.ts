import { describe, expect, it } from 'vitest'

interface Answer {
  received?: number
  hidden?: string
  events?: unknown[]
  state?: string
  errors?: unknown[]
}

type Open = (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>
interface Observable {
  subscribe(observer: { next(answer: Answer): void; complete(): void; error(error: unknown): void }): { unsubscribe(): void }
}

// The modules of the browser are JavaScript without types.
const events: string = './events.js'
const { followEvents } = (await import(events)) as { followEvents(open: Open, options: { retryMs: number[] }): Observable }

const COMPLETE = 'event: complete\ndata:\n\n'
const next = (seq: number): string => `event: next\nid: e${seq}\ndata: {"data":{"seq":${seq}}}\n\n`
const withoutId = 'event: next\ndata: {"data":{"seq":1}}\n\n'

const stream = (text: string): Response => new Response(text, { headers: { 'content-type': 'text/event-stream' } })

/** Follows the responses in turn. Returns the last answer, and the id after which each request resumes. */
async function follow(...responses: (Response | TypeError)[]): Promise<{ last: Answer; resumedAfter: (string | undefined)[] }> {
  const resumedAfter: (string | undefined)[] = []
  const open: Open = (lastEventId) => {
    resumedAfter.push(lastEventId)
    const response = responses.shift() ?? new TypeError('the server is gone')
    return response instanceof TypeError ? Promise.reject(response) : Promise.resolve(response)
  }
  let last: Answer = {}
  await new Promise<void>((resolve, reject) => {
    followEvents(open, { retryMs: [1, 1] }).subscribe({ next: (answer) => (last = answer), complete: resolve, error: reject })
  })
  return { last, resumedAfter }
}

describe('the answer of a subscription', () => {
  it('contains all events', async () => {
    const { last } = await follow(stream(next(1) + next(2) + COMPLETE))
    expect(last).toEqual({ received: 2, events: [{ seq: 1 }, { seq: 2 }], state: 'complete' })
  })

  it('contains at most the newest 200 events', async () => {
    const { last } = await follow(stream(Array.from({ length: 250 }, (_, index) => next(index)).join('') + COMPLETE))
    expect(last).toMatchObject({ received: 250, hidden: '50 older events' })
    expect(last.events).toHaveLength(200)
    expect(last.events?.at(-1)).toEqual({ seq: 249 })
  })

  it('resumes after the last event of a lost connection', async () => {
    const { last, resumedAfter } = await follow(stream(next(1)), new TypeError('refused'), stream(next(2) + COMPLETE))
    expect(resumedAfter).toEqual([undefined, 'e1', 'e1'])
    expect(last).toEqual({ received: 2, events: [{ seq: 1 }, { seq: 2 }], state: 'complete' })
  })

  it('states that the connection was lost after the last attempt', async () => {
    const { last, resumedAfter } = await follow(stream(next(1)))
    expect(resumedAfter).toHaveLength(3)
    expect(last.state).toMatch(/^The connection was lost/)
  })

  it('does not resume events without ids', async () => {
    const { last, resumedAfter } = await follow(stream(withoutId))
    expect(resumedAfter).toHaveLength(1)
    expect(last).toMatchObject({ received: 1, state: expect.stringMatching(/^The connection was lost/) as string })
  })

  it('is the response if that is not a stream', async () => {
    const { last } = await follow(Response.json({ errors: [{ message: 'unknown field' }] }, { status: 400 }))
    expect(last).toEqual({ errors: [{ message: 'unknown field' }] })
  })
})
