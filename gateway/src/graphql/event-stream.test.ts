import { describe, expect, it, vi } from 'vitest'
import { GraphQLError } from 'graphql'
import { readRequestScope, runInScope, currentRequest } from '../base/request-scope.ts'
import { sendEventStream } from './event-stream.ts'
import { RESUME_TOKEN, type EventResult } from './subscriptions.ts'

const OK = { status: 200, headers: {} }

async function* stream(...results: EventResult[]): AsyncGenerator<EventResult, void> {
  yield* results
}

describe('an event stream', () => {
  it('sends each result with its resume token, and then completes', async () => {
    const results = stream({ data: { n: 1 }, [RESUME_TOKEN]: 'a1' }, { data: { n: 2 } })
    const response = sendEventStream(results, OK, globalThis)
    expect(await response.text()).toBe(
      ':\n\nretry: 1000\n\nid: a1\nevent: next\ndata: {"data":{"n":1}}\n\nevent: next\ndata: {"data":{"n":2}}\n\nevent: complete\ndata:\n\n',
    )
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    })
  })

  it('sends the errors of a request without their internal extensions', async () => {
    const error = new GraphQLError('no', { extensions: { code: 'NOT_FOUND', http: { status: 404 }, unexpected: false } })
    const response = sendEventStream({ errors: [error] }, { status: 404, headers: { a: 'b' } }, globalThis)
    expect([response.status, response.headers.get('a')]).toEqual([404, 'b'])
    expect(await response.text()).toContain(
      'data: {"errors":[{"message":"no","extensions":{"code":"NOT_FOUND"}}]}\n\nevent: complete',
    )
  })

  it('sends comments while it waits for an event', async () => {
    vi.useFakeTimers()
    const waiting = Promise.withResolvers<void>()
    async function* slow(): AsyncGenerator<EventResult, void> {
      await waiting.promise
      yield* []
    }
    const text = sendEventStream(slow(), OK, globalThis).text()
    await vi.advanceTimersByTimeAsync(30_000)
    waiting.resolve()
    expect(await text).toBe(':\n\nretry: 1000\n\n:\n\n:\n\nevent: complete\ndata:\n\n')
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('ends the subscription when the client leaves while it waits', async () => {
    const returned = Promise.withResolvers<string>()
    const endless = {
      next: () => new Promise<never>(() => undefined),
      return: async () => {
        returned.resolve('returned')
        return { done: true as const, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
    const response = sendEventStream(endless, OK, globalThis)
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(await returned.promise).toBe('returned')
  })

  it('runs in the scope of its request', async () => {
    const seen: unknown[] = []
    async function* results(): AsyncGenerator<EventResult, void> {
      seen.push(currentRequest()?.id)
      yield* []
    }
    const scope = (id: string): ReturnType<typeof readRequestScope> => readRequestScope(() => id)
    const response = runInScope(scope('first'), () => sendEventStream(results(), OK, globalThis))
    await runInScope(scope('second'), () => response.text())
    expect(seen).toEqual(['first'])
  })
})
