import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { beforeEach, expect, it } from 'vitest'
import { createSocketOperations } from '../sockets/index.ts'
import { useAccept } from './accept.ts'
import type { Api } from './api.ts'
import { RESUME_TOKEN, useSubscriptions, type EventResult } from './subscriptions.ts'

let seen: object[] = []
let ended = 0
beforeEach(() => {
  seen = []
  ended = 0
})

interface Event {
  executionId?: string
  seq: number
}

async function* readEvents(executionId?: string): AsyncGenerator<Event, void> {
  try {
    for (let seq = 1; seq <= 3; seq++) yield { seq, ...(executionId !== undefined && { executionId }) }
  } finally {
    ended++
  }
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLInt } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      events: {
        type: new GraphQLNonNull(GraphQLInt),
        args: { executionId: { type: GraphQLString } },
        subscribe: (_root, { executionId }: { executionId?: string }) => readEvents(executionId),
        resolve: ({ seq }: Event, _args, context: { user: string }) => {
          seen.push(context)
          if (seq === 2 && context.user === 'failing') throw new Error('secret')
          return seq
        },
      },
    },
  }),
})
const api = createYoga<{ user?: string }, { user: string }>({
  schema,
  context: ({ user = 'Ada' }) => ({ user }),
  plugins: [useAccept(), useSubscriptions()],
  logging: false,
})

async function subscribe(query: string, variables: Record<string, unknown> = {}): Promise<EventResult[]> {
  const operations = createSocketOperations(api as unknown as Api)
  const context = { extra: { caller: {} } } as never
  const args = await operations.onSubscribe?.(context, '1', { query, variables })
  const stream = await operations.subscribe?.(args as never)
  if (!stream || !(Symbol.asyncIterator in stream)) return [stream as EventResult]
  const results: EventResult[] = []
  for await (const result of stream) results.push(result as EventResult)
  return results
}

async function read(query: string, headers: Record<string, string> = {}): Promise<string> {
  const url = `http://127.0.0.1/graphql?query=${encodeURIComponent(query)}`
  return (await api.fetch(url, { headers: { accept: 'text/event-stream', ...headers } })).text()
}

it('each event has its own context with the same user, over HTTP and over WebSockets', async () => {
  await read('subscription { events }')
  await subscribe('subscription { events }')
  expect(seen).toHaveLength(6)
  expect(new Set(seen).size).toBe(6)
  expect(seen.map((context) => (context as { user: string }).user)).toEqual(Array.from({ length: 6 }, () => 'Ada'))
})

it('each event of an execution has its id as its resume token', async () => {
  const query = 'subscription { events(executionId: "0198f2c0") }'
  const tokens = [1, 2, 3].map((seq) => Buffer.from(`ExecutionEvent:0198f2c0:${seq}`).toString('base64url'))
  expect((await subscribe(query)).map((result) => result[RESUME_TOKEN])).toEqual(tokens)
  expect([...(await read(query)).matchAll(/^id: (.+)$/gm)].map(([, id]) => id)).toEqual(tokens)
})

it('an event without an execution has no resume token', async () => {
  expect((await subscribe('subscription { events }')).map((result) => result[RESUME_TOKEN])).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(await read('subscription { events }')).not.toContain('id:')
})

it('the executor of yoga executes each event', async () => {
  expect((await subscribe('subscription { events }')).map(({ data }) => ({ ...data }))).toEqual([
    { events: 1 },
    { events: 2 },
    { events: 3 },
  ])
  expect(ended).toBe(1)
})

it('a bad variable is an error with a code, over HTTP with status 400', async () => {
  const query = 'subscription ($id: String!) { events(executionId: $id) }'
  expect(await subscribe(query)).toMatchObject([{ errors: [{ extensions: { code: 'BAD_INPUT' } }] }])
  const url = `http://127.0.0.1/graphql?query=${encodeURIComponent(query)}`
  const response = await api.fetch(url, { headers: { accept: 'text/event-stream' } })
  expect([response.status, (await response.text()).includes('"code":"BAD_INPUT"')]).toEqual([400, true])
})
