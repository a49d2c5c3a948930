import { createRuntime } from '@ashlar/core'
import { createGateway, type Gateway } from '@ashlar/gateway'
import { printError, type BenchContext, type Workload } from '../context.ts'
import { chainOfNoOps } from '../graphs.ts'
import { median, time } from '../measure.ts'

/** The requests of the account at its limit, whatever it is answered. */
const FLOOD_PER_SECOND = 400
/** The account at its limit may spend about 20 starts per second, and have few executions at once. */
const COST_RATE = { size: 2000, restoreRate: 200 }
const MAX_EXECUTIONS = 20
const RUNS = 60
const TURNS = 5
const TICK_MS = 10

/**
 * How long an account waits for a short execution through the API while another account exceeds its limits and does not
 * wait when it is refused.
 */
export const neighbours: Workload = {
  name: 'neighbours',
  unit: 'ms p50',
  async run(context) {
    const { quiet, limited, full } = await open(context)
    const ways: Record<string, () => Promise<() => Promise<Answers>>> = {
      alone: () => Promise.resolve(() => Promise.resolve({ ok: 0, refused: 0 })),
      'over its cost': () => flood(limited),
      'over its quota': () => flood(full),
    }
    const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
    const answers = new Map<string, Answers>()
    for (let turn = -1; turn < TURNS; turn++)
      for (const [name, begin] of Object.entries(ways)) {
        const end = await begin()
        const measured: number[] = []
        for (let i = 0; i < RUNS; i++) measured.push(await time(quiet))
        answers.set(name, await end())
        if (turn >= 0) times.get(name)?.push(...measured) // the first turn warms up
      }
    const alone = median(times.get('alone') ?? [])
    return [...times]
      .filter(([name]) => name !== 'alone')
      .map(([part, measured]) => ({
        part,
        value: median(measured),
        yardsticks: {
          alone,
          'p95 ms': percentile(measured),
          'p95 alone ms': percentile(times.get('alone') ?? []),
          ...answers.get(part),
        },
        goal: { better: 'lower' as const, must: alone * 1.5, aim: alone * 1.2 },
      }))
  },
}

function percentile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN
}

/** Answers of one turn. */
interface Answers extends Record<string, number> {
  ok: number
  refused: number
}

type Send = () => Promise<{ isRefused: boolean }>

/** @returns a function that runs a graph of a quiet account, and those that start one of accounts at a limit */
async function open(context: BenchContext): Promise<{ quiet: Send; limited: Send; full: Send }> {
  const { stack, pluginRoots } = context
  const databaseUrl = await context.createDatabase('neighbours')
  const runtime = await createRuntime({ databaseUrl, pluginRoots, costRate: COST_RATE, onError: printError })
  stack.defer(() => runtime.close())
  const costLimits = { rateOf: () => undefined, spend: () => Promise.resolve(undefined) }
  const [gateway, unlimited] = [runtime, { ...runtime, costLimits }].map((each) =>
    createGateway({ runtime: each, ownerKey: 'x' }),
  )
  if (!gateway || !unlimited) throw new Error('there is no gateway')
  stack.defer(() => gateway.close())
  stack.defer(() => unlimited.close())
  const add = async (name: string, document: unknown): Promise<{ key: string; graphId: string }> => {
    const { id } = await runtime.users.create(name)
    await runtime.apiKeys.allow(id, `key-of-${name}`, name)
    await runtime.quotas.setQuota(id, { concurrentExecutions: MAX_EXECUTIONS })
    const graph = await runtime.graphs.create(id, { name, document })
    return { key: `key-of-${name}`, graphId: Buffer.from(`Graph:${graph.id}`).toString('base64url') }
  }
  return {
    quiet: toSend(unlimited, RUN, await add('quiet', chainOfNoOps(10))),
    limited: toSend(gateway, START, await add('limited', chainOfNoOps(10))),
    full: toSend(unlimited, START, await add('full', WAITING)),
  }
}

/** Its executions do not end, so that the account stays at its limit. */
const WAITING = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 3600 } }] }

const RUN = `mutation ($graphId: ID!) { runGraph(input: { graphId: $graphId, waitSeconds: 20 }) { execution { status } errors { code } } }`
const START = `mutation ($graphId: ID!) { startExecution(input: { graphId: $graphId }) { execution { id } errors { code } } }`

function toSend(gateway: Gateway, query: string, { key, graphId }: { key: string; graphId: string }): Send {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query, variables: { graphId } })
  return async () => {
    const response = await gateway.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body }))
    const text = await response.text()
    const isRefused = response.status === 429 || text.includes('QUOTA_EXCEEDED')
    if (!isRefused && text.includes('"code"')) throw new Error(text)
    if (query === RUN && !text.includes('COMPLETED')) throw new Error(text)
    return { isRefused }
  }
}

/** Sends at a constant rate. @returns a function that ends it and returns the answers */
async function flood(send: Send): Promise<() => Promise<Answers>> {
  const answers: Answers = { ok: 0, refused: 0 }
  const pending = new Set<Promise<void>>()
  const begin = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * FLOOD_PER_SECOND
    for (; sent < due; sent++) {
      const one: Promise<void> = send()
        .then(({ isRefused }) => void (isRefused ? answers.refused++ : answers.ok++))
        .catch(printError)
        .finally(() => pending.delete(one))
      pending.add(one)
    }
  }, TICK_MS)
  await new Promise((resolve) => setTimeout(resolve, 500)) // until the account is at its limit
  return async () => {
    clearInterval(timer)
    await Promise.all(pending)
    return answers
  }
}
