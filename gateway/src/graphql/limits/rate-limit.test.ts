import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from '../../server/index.ts'

const KEYS = ['the-key-of-ada', 'the-key-of-bob', 'the-key-of-cy']
const QUERY = `{ ${Array.from({ length: 5 }, (_, i) => `a${i}: viewer { user { name } }`).join(' ')} }`

let runtime: TestRuntime
let gateway: Gateway
let other: TestRuntime
let otherGateway: Gateway
beforeAll(async () => {
  const costRate = { size: 100, restoreRate: 1 }
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [], costRate })
  other = await createTestRuntime({ role: 'gateway', pluginRoots: [], costRate, databaseUrl: runtime.database.url })
  for (const key of KEYS) await addUser(key)
  await runtime.apiKeys.allow(runtime.ownerId, 'the-key-of-the-owner', 'owner')
  gateway = createGateway({ runtime, ownerKey: 'the-key-of-the-owner' })
  otherGateway = createGateway({ runtime: other, ownerKey: 'the-key-of-the-owner' })
})
afterAll(async () => {
  await gateway.close()
  await otherGateway.close()
  await other.close()
  await runtime.close()
})

async function addUser(key: string): Promise<void> {
  const { rows } = await runtime.database.pool.query<{ id: string }>(
    `with person as (insert into app_user (id, name, role, created_at) values (gen_random_uuid(), $1, 'MEMBER', now()) returning *),
       own as (insert into account select id, 'PERSONAL', name, created_at from person returning id)
     insert into member select gen_random_uuid(), id, id, 'OWNER', now() from own returning user_id as id`,
    [key],
  )
  await runtime.apiKeys.allow(rows[0]?.id ?? '', key, key)
}

interface Answer {
  errors?: { message: string; extensions: Record<string, unknown> }[]
  extensions?: { cost?: { requested: number; available: number; restoreRate: number | null } }
}

async function send(key: string, at = gateway): Promise<{ status: number; retryAfter: string | null; body: Answer }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query: QUERY })
  const response = await at.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body }))
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: (await response.json()) as Answer }
}

it('answers 429 with Retry-After when the cost of a key is spent, and serves other keys', async () => {
  const answers = [await send('the-key-of-ada')]
  while (answers.at(-1)?.status === 200) answers.push(await send('the-key-of-ada'))
  const [first] = answers
  const cost = first?.body.extensions?.cost?.requested ?? 0
  expect(first?.body.extensions?.cost).toEqual({ requested: cost, available: 100 - cost, restoreRate: 1 })
  expect(answers).toHaveLength(Math.floor(100 / cost) + 1)
  const last = answers.at(-1)
  expect(last).toMatchObject({ status: 429, body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } })
  expect(last?.body.extensions?.cost).toMatchObject({ requested: cost, restoreRate: 1 })
  expect(last?.retryAfter).toBe(String(last?.body.errors?.[0]?.extensions['retryAfterSeconds']))
  expect(Number(last?.retryAfter)).toBeGreaterThan(0)
  expect(await send('the-key-of-cy')).toMatchObject({ status: 200 })
})

it('limits a key in two gateways together', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 40; i++) statuses.push((await send('the-key-of-bob', i % 2 === 0 ? gateway : otherGateway)).status)
  const cost = (await send('the-key-of-bob')).body.extensions?.cost?.requested ?? 0
  const passed = statuses.filter((status) => status === 200).length
  expect(passed).toBeGreaterThanOrEqual(Math.floor(100 / cost) - 1)
  expect(passed).toBeLessThanOrEqual(Math.ceil(100 / cost) + 3) // one operation of the other gateway, and what is restored
})

it('does not limit the owner of the installation', async () => {
  for (let i = 0; i < 30; i++)
    expect(await send('the-key-of-the-owner')).toMatchObject({
      status: 200,
      body: { extensions: { cost: { restoreRate: null } } },
    })
})

it('sends the same error and cost on a WebSocket', async () => {
  const url = (await gateway.listen(0)).replace('http', 'ws')
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: 'Bearer the-key-of-cy' },
    retryAttempts: 0,
  })
  const results: Answer[] = []
  while (results.length < 50 && !results.at(-1)?.errors)
    for await (const result of client.iterate({ query: QUERY })) results.push(result as Answer)
  await client.dispose()
  expect(results.at(-1)).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) as number } }],
    extensions: { cost: { restoreRate: 1 } },
  })
})
