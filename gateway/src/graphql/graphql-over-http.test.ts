import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../index.ts'

const OWNER_KEY = 'the-key-of-the-owner'

let runtime: TestRuntime
let gateway: Gateway
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

// The audits of the reference implementation of GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/
const audits = serverAudits({
  url: 'http://127.0.0.1/graphql',
  fetchFn: (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${OWNER_KEY}`)
    return gateway.fetch(new Request(url, { ...init, headers }))
  },
})

it.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id: $name', async ({ fn }) => {
  const { status, ...result } = await fn()
  expect({ status, reason: 'reason' in result ? result.reason : undefined }).toEqual({ status: 'ok', reason: undefined })
})
