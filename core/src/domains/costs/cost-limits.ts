import { AshlarError } from '../../base/index.ts'
import type { Caller } from '../accounts/index.ts'
import { CostBucket, type CostRate } from './cost-bucket.ts'
import type { CostLedger } from './cost-ledger.ts'
import { findPayer } from './cost-payer.ts'

/** Limits the cost of the operations of a key, and of all keys of an account. */
export interface CostLimits {
  /** What a caller can spend at once and per second. Undefined if the caller is not limited. */
  rateOf(caller: Caller): CostRate | undefined
  /**
   * Spends the cost of an operation before it runs.
   *
   * @returns what the caller can spend after it, a whole number; undefined if the caller is not limited
   * @throws {AshlarError} RATE_LIMITED with `retryAfterSeconds`, `requested` and `available`. Nothing is spent then.
   */
  spend(caller: Caller, cost: number): Promise<number | undefined>
}

interface CostLimitParts {
  /** The limit of a key. Undefined for no limit. */
  rate: CostRate | undefined
  ledger: CostLedger
  onError(error: unknown): void
  /** In milliseconds. @default a monotonic clock */
  now?: () => number
}

/** An account may spend as much as this number of keys. */
const KEYS_PER_ACCOUNT = 4
/** Above it, the process drops settled buckets, the least recently used first. */
const MAX_BUCKETS = 20_000
const SETTLE_EVERY_MS = 1000
const SETTLEMENTS_BETWEEN_REMOVALS = 300

/**
 * Keeps the buckets in memory and settles them with the ledger every second, and sooner if {@link CostBucket} requires
 * it. While the ledger cannot be reached, the process limits callers by what it has seen itself.
 */
export class SettledCostLimits implements CostLimits {
  readonly #parts: CostLimitParts
  readonly #now: () => number
  readonly #accountRate: CostRate | undefined
  /** The most recently used bucket is the last one. */
  readonly #buckets = new Map<string, { bucket: CostBucket; rate: CostRate }>()
  readonly #dirty = new Set<string>()
  #settling: Promise<void> | undefined
  #hasFailed = false
  #timer: NodeJS.Timeout | undefined
  #settlements = 0

  constructor(parts: CostLimitParts) {
    const { rate } = parts
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    this.#accountRate = rate && { size: rate.size * KEYS_PER_ACCOUNT, restoreRate: rate.restoreRate * KEYS_PER_ACCOUNT }
  }

  /** Starts to settle every second. */
  start(): void {
    if (!this.#parts.rate) return
    this.#timer = setInterval(() => void this.#settleAndRemove(), SETTLE_EVERY_MS)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.settle()
  }

  rateOf(caller: Caller): CostRate | undefined {
    return findPayer(caller) && this.#parts.rate
  }

  async spend(caller: Caller, cost: number): Promise<number | undefined> {
    const { rate } = this.#parts
    const payer = rate && findPayer(caller)
    if (!payer || !this.#accountRate) return undefined
    const { own, account } = payer
    const names = [[own, rate] as const, ...(account === undefined ? [] : [[account, this.#accountRate] as const])]
    const open = (): CostBucket[] => names.map(([name, each]) => this.#open(name, each))
    let buckets = open()
    while (!this.#hasFailed && buckets.some((bucket) => bucket.mustSettle(cost))) {
      await this.settle()
      buckets = open() // they may have been dropped in the meantime
    }
    const now = this.#now()
    const rooms = buckets.map((bucket) => Math.floor(bucket.available(now) + ROUNDING))
    if (rooms.some((room) => room < cost))
      throw rateLimited(
        cost,
        rooms,
        names.map(([, each]) => each),
      )
    buckets.forEach((bucket) => bucket.spend(cost, now))
    for (const [name] of names) this.#dirty.add(name)
    return Math.min(...rooms) - cost
  }

  /** Reports what was spent to the ledger. Calls during a settlement wait for it. */
  settle(): Promise<void> {
    this.#settling ??= this.#settleNow().finally(() => (this.#settling = undefined))
    return this.#settling
  }

  /** The number of buckets in memory. */
  get bucketCount(): number {
    return this.#buckets.size
  }

  async #settleNow(): Promise<void> {
    const sent = [...this.#dirty].flatMap((name) => {
      const entry = this.#buckets.get(name)
      return entry ? [{ name, ...entry }] : []
    })
    if (sent.length === 0) return
    this.#dirty.clear()
    try {
      const spendings = sent.map(({ name, bucket, rate }) => ({ bucket: name, cost: bucket.send(), ...rate }))
      const levels = await this.#parts.ledger.settle(spendings)
      const now = this.#now()
      for (const { name, bucket } of sent) bucket.settle(levels.get(name) ?? 0, now)
      this.#hasFailed = false
    } catch (error) {
      for (const { name, bucket } of sent) {
        bucket.keep()
        this.#dirty.add(name)
      }
      if (!this.#hasFailed) this.#parts.onError(error) // once per outage
      this.#hasFailed = true
    }
  }

  async #settleAndRemove(): Promise<void> {
    await this.settle()
    this.#settlements = (this.#settlements + 1) % SETTLEMENTS_BETWEEN_REMOVALS
    if (this.#settlements !== 1 || this.#hasFailed) return
    await this.#parts.ledger.removeEmpty().catch(this.#parts.onError)
  }

  #open(name: string, rate: CostRate): CostBucket {
    const bucket = this.#buckets.get(name)?.bucket ?? new CostBucket(rate, this.#now())
    this.#buckets.delete(name)
    this.#buckets.set(name, { bucket, rate })
    if (this.#buckets.size > MAX_BUCKETS) this.#dropOldest()
    return bucket
  }

  /** A bucket that is opened again receives its level with its next settlement. */
  #dropOldest(): void {
    for (const [name, { bucket }] of this.#buckets) {
      if (this.#buckets.size <= MAX_BUCKETS || !bucket.isSettled) return // the next settlement lets it be dropped
      this.#buckets.delete(name)
    }
  }
}

/** Sums of tenths are not exact. */
const ROUNDING = 1e-6

function rateLimited(requested: number, rooms: readonly number[], rates: readonly CostRate[]): AshlarError {
  const waits = rooms.map((room, i) => (requested - room) / (rates[i]?.restoreRate ?? 1))
  const retryAfterSeconds = Math.max(1, Math.ceil(Math.max(...waits)))
  const available = Math.max(0, Math.min(...rooms))
  const whose = rooms[0] !== undefined && rooms[0] >= requested ? 'the account of your key' : 'your key'
  const message = `the operation costs ${requested}, and ${whose} has ${available} left: send it again in ${retryAfterSeconds} seconds`
  return new AshlarError('RATE_LIMITED', message, { details: { retryAfterSeconds, requested, available } })
}
