import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { AccountRole, Caller } from '../accounts/index.ts'
import { createCostLedger, type CostLedger } from './cost-ledger.ts'
import { SettledCostLimits } from './cost-limits.ts'

const RATE = { size: 100, restoreRate: 10 }
const USER = {
  id: 'a0000000-0000-4000-8000-000000000001',
  name: 'Ada',
  role: 'MEMBER',
  createdAt: new Date(0),
  email: null,
  emailVerified: false,
} as const

function createCaller(over: Partial<Caller> = {}): Caller {
  return { user: USER, roles: new Map<string, AccountRole>([[USER.id, 'OWNER']]), keyId: 'k1', ...over }
}

/** A ledger in memory, with the clock of the test. */
function createMemoryLedger(now: () => number): CostLedger {
  const levels = new Map<string, { level: number; at: number }>()
  return {
    async settle(spendings) {
      await Promise.resolve()
      return new Map(
        spendings.map(({ bucket, cost, restoreRate }) => {
          const old = levels.get(bucket) ?? { level: 0, at: now() }
          const level = Math.max(0, old.level - ((now() - old.at) / 1000) * restoreRate) + cost
          levels.set(bucket, { level, at: now() })
          return [bucket, level] as const
        }),
      )
    },
    removeEmpty: () => Promise.resolve(),
  }
}

function createLimits(now: () => number, ledger = createMemoryLedger(now), rate = RATE): SettledCostLimits {
  return new SettledCostLimits({ rate, ledger, now, onError: () => {} })
}

async function tryToSpend(limits: SettledCostLimits, caller: Caller, cost: number): Promise<boolean> {
  return limits.spend(caller, cost).then(
    () => true,
    () => false,
  )
}

describe('the limit of costs', () => {
  it('returns what is left, and refuses a cost that does not fit without spending it', async () => {
    const limits = createLimits(() => 0)
    expect(await limits.spend(createCaller(), 60)).toBe(40)
    await expect(limits.spend(createCaller(), 75)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { requested: 75, available: 40, retryAfterSeconds: 4 },
    })
    expect(await limits.spend(createCaller(), 40)).toBe(0)
  })

  it('restores what was spent', async () => {
    let now = 0
    const limits = createLimits(() => now)
    await limits.spend(createCaller(), 100)
    await limits.settle()
    now = 2500
    expect(await limits.spend(createCaller(), 20)).toBe(5)
  })

  it('limits the keys of an account together', async () => {
    const limits = createLimits(() => 0)
    for (const keyId of ['a', 'b', 'c', 'd']) await limits.spend(createCaller({ keyId }), 100)
    await expect(limits.spend(createCaller({ keyId: 'e' }), 1)).rejects.toMatchObject({
      message: 'the operation costs 1, and the account of your key has 0 left: send it again in 1 seconds',
    })
  })

  it('does not limit the owner of the installation, except with a key that has scopes', async () => {
    const limits = createLimits(() => 0)
    const owner = createCaller({ user: { ...USER, role: 'OWNER' } })
    expect(await limits.spend(owner, 1_000_000)).toBe(undefined)
    expect(await limits.spend({ ...owner, scopes: new Set(['EXECUTE']) }, 10)).toBe(90)
  })

  it('limits by what it has seen while the ledger cannot be reached, and reports it later', async () => {
    const failures: unknown[] = []
    const memory = createMemoryLedger(() => 0)
    let isDown = true
    const ledger: CostLedger = {
      ...memory,
      settle: (spendings) => (isDown ? Promise.reject(new Error('down')) : memory.settle(spendings)),
    }
    const limits = new SettledCostLimits({ rate: RATE, ledger, now: () => 0, onError: (error) => failures.push(error) })
    for (let i = 0; i < 10; i++) await limits.spend(createCaller(), 10)
    await expect(limits.spend(createCaller(), 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(failures).toHaveLength(1)
    isDown = false
    await limits.settle()
    expect(await memory.settle([{ bucket: 'key:k1', cost: 0, ...RATE }])).toEqual(new Map([['key:k1', 100]]))
  })

  it('keeps a limited number of buckets', async () => {
    const limits = createLimits(() => 0)
    for (let i = 0; i < 11_000; i++) {
      await limits.spend(createCaller({ keyId: String(i), roles: new Map([[`account ${i}`, 'OWNER']]) }), 1)
      if (i % 1000 === 0) await limits.settle()
    }
    await limits.settle()
    await limits.spend(createCaller(), 1)
    expect(limits.bucketCount).toBeLessThanOrEqual(20_000)
  })
})

const steps = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 0, max: 3000 }),
    gateway: fc.nat(),
    costs: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
    settles: fc.boolean(),
  }),
  { minLength: 5, maxLength: 60 },
)

describe.each([1, 2, 5])('the limit of costs in %i gateways', (count) => {
  it('never exceeds the size, what is restored, and one second for each other gateway', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        let now = 0
        const ledger = createMemoryLedger(() => now)
        const gateways = Array.from({ length: count }, () => createLimits(() => now, ledger))
        const spent: { at: number; cost: number }[] = []
        for (const { waitMs, gateway, costs, settles } of given) {
          now += waitMs
          const limits = gateways[gateway % count]
          if (!limits) throw new Error('no gateway')
          const results = await Promise.all(costs.map((cost) => tryToSpend(limits, createCaller(), cost)))
          costs.forEach((cost, i) => results[i] && spent.push({ at: now, cost }))
          if (settles) await limits.settle()
        }
        assertBound(spent, count - 1)
      }),
      { numRuns: 300 },
    )
  })
})

/** Checks each window between two operations. A single operation may be more expensive than one second. */
function assertBound(spent: readonly { at: number; cost: number }[], others: number): void {
  const hidden = Math.max(RATE.restoreRate, ...spent.map(({ cost }) => cost))
  for (const [i, first] of spent.entries()) {
    let sum = 0
    for (const { at, cost } of spent.slice(i)) {
      sum += cost
      const most = RATE.size + ((at - first.at) / 1000) * RATE.restoreRate + others * hidden
      if (sum > most + 0.001) throw new Error(`${sum} was spent within ${at - first.at} ms, at most ${most} may be`)
    }
  }
}

describe('the ledger of costs in Postgres', () => {
  let runtime: TestRuntime
  beforeAll(async () => {
    runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
  })
  afterAll(() => runtime.close())

  it('makes two gateways agree', async () => {
    const rate = { size: 1000, restoreRate: 0.001 }
    const [a, b] = [0, 1].map(() => createLimits(() => 0, createCostLedger(runtime.database.pool), rate))
    if (!a || !b) throw new Error('no gateway')
    await a.spend(createCaller({ keyId: 'two' }), 700)
    await a.settle()
    expect(await tryToSpend(b, createCaller({ keyId: 'two' }), 200)).toBe(true)
    expect(await tryToSpend(b, createCaller({ keyId: 'two' }), 200)).toBe(false) // it settled before
    expect(await b.spend(createCaller({ keyId: 'two' }), 50)).toBe(50)
  })

  it('adds what two gateways spend at the same time, and removes empty buckets', async () => {
    const ledger = createCostLedger(runtime.database.pool)
    const spend = (cost: number) => ledger.settle([{ bucket: 'both', cost, size: 1000, restoreRate: 0.001 }])
    await Promise.all([spend(3), spend(4), spend(5)])
    expect(Math.round((await spend(0)).get('both') ?? 0)).toBe(12)
    await ledger.settle([{ bucket: 'full', cost: 0, size: 1000, restoreRate: 1 }])
    await ledger.removeEmpty()
    const { rows } = await runtime.database.pool.query('select name from cost_bucket where name = any($1)', [['both', 'full']])
    expect(rows).toEqual([{ name: 'both' }])
  })
})
