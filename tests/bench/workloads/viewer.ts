import { Agent, request } from 'node:http'
import { createRuntime, type Caller, type Runtime } from '@ashlar/core'
import { createGateway } from '@ashlar/gateway'
import { printError, type BenchContext, type Workload } from '../context.ts'
import { median, takeTurns, time } from '../measure.ts'

const IN_FLIGHT = 50
const REQUESTS = 1000
const ROUNDS = { warmUp: 5, turns: 11, perTurn: 1 }
const REVOCATIONS = 20
const MAX_REVOCATION_MS = 1000
const QUERY = '{ viewer { user { id name role } } }'

/** `viewer` through HTTP with an API key, and how soon another gateway refuses a revoked key. */
export const viewer: Workload = {
  name: 'viewer',
  unit: 'requests/s',
  async run(context) {
    const { runtime, stack, ownerId } = context
    const { secret } = await runtime.apiKeys.create(ownerId, UNLIMITED)
    const caller = await runtime.callers.ofKey(secret)
    if (!caller) throw new Error('the key must work')
    const withKey = await serve(runtime, stack)
    const withoutAuth = await serve({ ...runtime, callers: { ...runtime.callers, ...anonymous(caller) } }, stack)
    const rates = await takeTurns(
      { key: () => measureRate(() => withKey(secret)), noAuth: () => measureRate(() => withoutAuth(secret)) },
      ROUNDS,
    )
    return [
      {
        value: rates.key,
        yardsticks: { 'without authentication': rates.noAuth, ratio: rates.key / rates.noAuth },
        goal: { better: 'higher', must: rates.noAuth * 0.85, aim: rates.noAuth * 0.95 },
      },
      await measureRevocation(context),
    ]
  },
}

const UNLIMITED = { name: 'bench', scopes: null, accountIds: null, graphIds: null, expiresAt: null }

/** Accepts every key without a check. */
function anonymous(caller: Caller): Partial<Runtime['callers']> {
  return { ofKey: () => Promise.resolve(caller), onEnd: () => () => undefined }
}

type Send = (key: string) => Promise<number>

/** @returns a function that sends the query and returns the status of the answer */
async function serve(runtime: Runtime, stack: AsyncDisposableStack): Promise<Send> {
  const unlimited = { ...runtime, costLimits: { rateOf: () => undefined, spend: () => Promise.resolve(undefined) } }
  const gateway = createGateway({ runtime: unlimited, ownerKey: 'bench' })
  stack.defer(() => gateway.close())
  const url = await gateway.listen(0, '127.0.0.1')
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
  stack.defer(() => agent.destroy())
  const body = JSON.stringify({ query: QUERY })
  return (key) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0))
      })
      sent.on('error', reject).end(body)
    })
}

async function measureRate(send: () => Promise<number>): Promise<number> {
  let left = REQUESTS
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const status = await send()
      if (status !== 200) throw new Error(`the status must be 200, got ${status}`)
    }
  }
  const ms = await time(() => Promise.all(Array.from({ length: IN_FLIGHT }, client)))
  return (REQUESTS / ms) * 1000
}

/** The time from the call that revokes a key to the first answer 401 of another gateway, which has its own runtime. */
async function measureRevocation({ runtime, ownerId, stack }: BenchContext) {
  const { url: databaseUrl } = runtime.database
  const other = await createRuntime({ databaseUrl, role: 'gateway', pluginRoots: [], onError: printError })
  stack.defer(() => other.close())
  const send = await serve(other, stack)
  const times: number[] = []
  for (let i = 0; i < REVOCATIONS; i++) {
    const { secret, apiKey } = await runtime.apiKeys.create(ownerId, UNLIMITED)
    if ((await send(secret)) !== 200) throw new Error('the key must work')
    const until401 = async (): Promise<void> => {
      while ((await send(secret)) !== 401);
    }
    times.push(await time(() => Promise.all([runtime.apiKeys.revoke(ownerId, apiKey.id), until401()])))
  }
  return {
    part: 'revocation',
    unit: 'ms',
    value: median(times),
    yardsticks: { 'max ms': Math.max(...times) },
    goal: { better: 'lower' as const, must: MAX_REVOCATION_MS, aim: 100, also: Math.max(...times) <= MAX_REVOCATION_MS },
  }
}
