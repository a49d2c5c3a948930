import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cloneDatabase, createTestRuntime, readEvents } from '@ashlar/core/testing'
import { Ashlar, createClient, createTestFolder, type TestFolder } from './ashlar.ts'

let folder: TestFolder
let server: Server
let address: string
/** Requests without a response. */
const waiting: ServerResponse[] = []
beforeAll(async () => {
  folder = await createTestFolder()
  server = createServer((_request, response) => void waiting.push(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
  await folder.remove()
})

const documentOf = (method: string): unknown => ({
  nodes: [
    { id: 'a', block: 'http/request', inputs: { url: address, method } },
    { id: 'out', block: 'io/output', inputs: { name: 'body' } },
  ],
  links: [{ from: 'a.body', to: 'out.value' }],
})

async function requestArrives(): Promise<ServerResponse> {
  await expect.poll(() => waiting.length, { timeout: 30_000 }).toBe(1)
  const response = waiting.shift()
  if (!response) throw new Error('no request has arrived')
  return response
}

describe('SIGTERM during a request of a block', () => {
  it.each(['GET', 'POST'])(
    'waits for the end of a %s and stores its result, so that the next start completes the execution',
    async (method) => {
      const environment = {
        ASHLAR_DATA_DIR: join(folder.path, method),
        ASHLAR_EXAMPLES: 'false',
        ASHLAR_HTTP_ALLOW: '127.0.0.1',
      }
      const first = new Ashlar(['start'], environment)
      const query = await createClient(await first.ready(), environment.ASHLAR_DATA_DIR)
      const { createGraph } = await query(
        `mutation ($d: JSON!) { createGraph(input: { name: "Send", document: { json: $d } }) { graph { id } } }`,
        { d: documentOf(method) },
      )
      const { startExecution } = await query(
        `mutation ($id: ID!) { startExecution(input: { graphId: $id }) { execution { id } } }`,
        { id: createGraph.graph.id },
      )
      const response = await requestArrives()
      first.child.kill('SIGTERM')
      await first.printed(/(Stopping)/)
      response.end('answer')
      expect(await first.ended).toMatchObject({ status: 0 })

      const again = new Ashlar(['start'], environment)
      const queryAgain = await createClient(await again.ready(), environment.ASHLAR_DATA_DIR)
      const find = async (): Promise<unknown> =>
        (await queryAgain(`query ($id: ID!) { execution(id: $id) { status outputs } }`, { id: startExecution.execution.id }))
          .execution
      await expect.poll(find, { timeout: 20_000 }).toEqual({ status: 'COMPLETED', outputs: { body: ['answer'] } })
      again.child.kill('SIGTERM')
      expect((await again.ended).status).toBe(0)
      expect(waiting).toEqual([])
    },
    120_000,
  )

  it('has the same result for a worker under its supervisor', async () => {
    const databaseUrl = await cloneDatabase(inject('postgresUrl'))
    const environment = { DATABASE_URL: databaseUrl, ASHLAR_HTTP_ALLOW: '127.0.0.1' }
    const crew = new Ashlar(['start', '--role', 'worker'], environment)
    await crew.printedOnStdout(/^(ready) worker$/m)
    const gateway = await createTestRuntime({ databaseUrl, role: 'gateway' })
    const { executions, graphs, ownerId } = gateway
    const { id: graphId } = await graphs.create(ownerId, { name: 'Send', document: documentOf('POST') })
    const { id } = await executions.start(ownerId, { graphId, inputs: {} })
    const response = await requestArrives()
    crew.child.kill('SIGTERM')
    response.end('answer')
    expect((await crew.ended).status).toBe(0)
    const events = await readEvents(gateway, id)
    await gateway.close()
    expect(events.filter(({ type }) => type === 'NodeOutput').length).toBeGreaterThan(0)
    expect(waiting).toEqual([])
  }, 120_000)

  it('stops immediately on a second signal', async () => {
    const databaseUrl = await cloneDatabase(inject('postgresUrl'))
    const environment = { DATABASE_URL: databaseUrl, ASHLAR_HTTP_ALLOW: '127.0.0.1', ASHLAR_STOP_GRACE_SECONDS: '600' }
    const crew = new Ashlar(['start', '--role', 'worker'], environment)
    await crew.printedOnStdout(/^(ready) worker$/m)
    const gateway = await createTestRuntime({ databaseUrl, role: 'gateway' })
    const { executions, graphs, ownerId } = gateway
    const { id: graphId } = await graphs.create(ownerId, { name: 'Send', document: documentOf('GET') })
    await executions.start(ownerId, { graphId, inputs: {} })
    await requestArrives()
    crew.child.kill('SIGTERM')
    await crew.printed(/(Stopping)/)
    crew.child.kill('SIGTERM')
    // requires that the worker processes also end, because they share its standard error
    expect((await crew.ended).status).toBe(130)
    await gateway.close()
  }, 120_000)
})
