import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from '../server/index.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const AUTHORIZATION = { authorization: `Bearer ${OWNER_KEY}` }
const ID = '7615917337495251231'

let runtime: TestRuntime
let gateway: Gateway
let url: string
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, logger: { info: () => undefined, error: () => undefined } })
  url = await gateway.listen(0)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

/** Runs `list/create` on the inputs. */
const RUN = `mutation ($inputs: JSON) { runBlock(input: { block: "list/create", inputs: $inputs }) {
  execution { id } errors { code message } } }`
const EVENTS = `subscription ($id: ID!) { executionEvents(executionId: $id) { __typename ... on NodeOutput { value } } }`

function post(body: string, accept = 'application/json'): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept, ...AUTHORIZATION }
  return gateway.fetch(new Request(url, { method: 'POST', headers, body }))
}

function toBody(query: string, variables = '{}'): string {
  return `{"query":${JSON.stringify(query)},"variables":${variables}}`
}

async function start(variables: string, query = RUN): Promise<string> {
  const text = await (await post(toBody(query, variables))).text()
  const { data } = JSON.parse(text) as { data: { runBlock: { execution: { id: string } | null } } }
  if (!data.runBlock.execution) throw new Error(text)
  return data.runBlock.execution.id
}

/** Returns the text of the event stream of an execution. */
async function readEvents(id: string): Promise<string> {
  return (await post(toBody(EVENTS, JSON.stringify({ id })), 'text/event-stream')).text()
}

describe('the API', () => {
  it('keeps the digits of an integer in variables, in server-sent events and in stored data', async () => {
    const id = await start(`{"inputs":{"values":[${ID}]}}`)
    expect(await readEvents(id)).toContain(`"value":[${ID}]`)
    const query = `query ($id: ID!) { node(id: $id) { ... on Execution { inputs outputs nodeExecutions { edges { node { inputs outputs { value } } } } } } }`
    const text = await (await post(toBody(query, JSON.stringify({ id })))).text()
    expect(text).toContain(`"inputs":{"values":[${ID}]}`)
    expect(text).not.toContain('7615917337495251000')
  })

  it('keeps the digits of an integer in a literal', async () => {
    const id = await start('{}', RUN.replace('($inputs: JSON)', '').replace('$inputs', `{ values: [${ID}] }`))
    expect(await readEvents(id)).toContain(`"value":[${ID}]`)
  })

  it('keeps the digits of an integer in the variables of a GET', async () => {
    const query = '{ blocks(first: 1) { edges { node { name } } } }'
    const read = (variables: string): Promise<Response> =>
      gateway.fetch(
        new Request(`${url}?${new URLSearchParams({ query, variables }).toString()}`, {
          headers: { ...AUTHORIZATION, accept: 'application/json' },
        }),
      )
    expect((await read(`{"n":${ID}}`)).status).toBe(200)
    const response = await read('{"n":1e999}')
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('n is 1e999, which is too large')])
  })

  it('keeps the digits of an integer over a WebSocket, in both directions', async () => {
    const messages: string[] = []
    class Socket extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols)
        this.on('message', (data: Buffer) => messages.push(String(data)))
      }
    }
    const client = createClient({ url: url.replace('http:', 'ws:'), webSocketImpl: Socket, connectionParams: AUTHORIZATION })
    const iterate = async (query: string, variables: Record<string, unknown>): Promise<unknown[]> => {
      const results: unknown[] = []
      for await (const result of client.iterate({ query, variables })) results.push(result)
      return results
    }
    const [started] = (await iterate(RUN, { inputs: { values: [BigInt(ID)] } })) as {
      data: { runBlock: { execution: { id: string } } }
    }[]
    await iterate(EVENTS, { id: started?.data.runBlock.execution.id })
    await client.dispose()
    expect(messages.join('\n')).toContain(`"value":[${ID}]`)
  })

  it.each([
    ['a variable', () => post(toBody(RUN, '{"inputs":{"values":[1e999]}}')), 400, 'variables.inputs.values[0] is 1e999'],
    ['a literal', () => post(toBody(RUN.replace('($inputs: JSON)', '').replace('$inputs', '{ values: [1e999] }'))), 200, '1e999'],
  ])('rejects a number that is too large in %s', async (_place, ask, status, message) => {
    const response = await ask()
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(message)])
  })

  it('rejects a body that is not JSON', async () => {
    const response = await post('{')
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('POST body sent invalid JSON')])
  })
})
