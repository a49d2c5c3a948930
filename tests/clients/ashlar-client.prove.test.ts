import { AshlarApiError, createClient, startExecution, waitForExecution, type Client } from '@ashlar/client'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let client: Client
let graphId: string
beforeAll(async () => {
  server = await startServer()
  client = createClient({ url: server.cutter.url, key: server.key, retryDelayMs: () => 1 })
  graphId = await server.createGraph('greeting')
})
afterAll(() => server.close())

interface Events {
  executionEvents: { id: string; seq: number }
}

const WITH_AFTER = `subscription($executionId: ID!, $after: ID) {
  executionEvents(executionId: $executionId, after: $after) { id seq }
}`
const WITHOUT_AFTER = `subscription($executionId: ID!) { executionEvents(executionId: $executionId) { seq } }`

async function follow(document: string, executionId: string): Promise<number[]> {
  const seqs: number[] = []
  for await (const { executionEvents } of client.subscribe<Events>(document, { executionId })) seqs.push(executionEvents.seq)
  return seqs
}

describe('a subscription', () => {
  it.each([
    ['the variable after', WITH_AFTER],
    ['the header Last-Event-ID', WITHOUT_AFTER],
  ])('loses and repeats no event when its connection is cut anywhere, with %s', async (_how, document) => {
    const executionId = await server.runToEnd(graphId)
    const all = await follow(document, executionId)
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => index + 1))
    let cuts = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 8 }), async (bytes) => {
        const before = server.cutter.cuts()
        server.cutter.cutAfter(...bytes)
        expect(await follow(document, executionId)).toEqual(all)
        cuts += server.cutter.cuts() - before
      }),
      { numRuns: 40 },
    )
    expect(cuts).toBeGreaterThan(8) // about 40; the random lengths may exceed those of the responses
  })

  it('receives the events of a running execution across cuts', async () => {
    server.cutter.cutAfter()
    const executionId = await startExecution(client, { graphId, inputs: { name: 'Ada' } })
    server.cutter.cutAfter(900, 700, 800)
    const seqs = await follow(WITH_AFTER, executionId)
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1))
  })

  it('of an unknown execution is rejected', async () => {
    const events = client.subscribe(WITHOUT_AFTER, { executionId: graphId })
    await expect(events.next()).rejects.toMatchObject({
      name: 'AshlarApiError',
      code: expect.stringMatching(/^(NOT_FOUND|BAD_INPUT)$/),
    })
  })
})

describe('startExecution and waitForExecution', () => {
  it('run a graph and return its outputs', async () => {
    const executionId = await startExecution(client, { graphId, inputs: { name: 'Ada' } })
    expect(await waitForExecution(client, executionId)).toEqual({
      id: executionId,
      status: 'COMPLETED',
      outputs: { greeting: ['Hello Ada!'] },
      failedNodes: [],
      reason: null,
    })
  })

  it('throw the errors of the payload', async () => {
    const failure: unknown = await startExecution(client, { graphId, inputs: {} }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AshlarApiError)
    expect(failure).toMatchObject({ code: 'INPUTS_INVALID', path: ['input', 'inputs', 'name'], status: undefined })
  })
})

describe('a request', () => {
  it('without a valid key is rejected with 401', async () => {
    const stranger = createClient({ url: server.url, key: 'wrong' })
    await expect(stranger.request('{ viewer { id } }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 })
  })

  it('with an invalid argument has the code and the path of the argument', async () => {
    const failure = client.request('{ graphs(first: 101) { totalCount } }')
    await expect(failure).rejects.toMatchObject({ code: 'BAD_INPUT', path: ['first'], data: { graphs: null } })
  })
})
