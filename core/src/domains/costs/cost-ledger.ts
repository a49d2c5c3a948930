import type { Pool } from 'pg'
import type { CostRate } from './cost-bucket.ts'

/** What a process has spent of a bucket since it last settled. */
interface Spending extends CostRate {
  bucket: string
  cost: number
}

/** The levels of the buckets of all processes. */
export interface CostLedger {
  /** Adds spendings to the levels. @returns the new level of each bucket */
  settle(spendings: readonly Spending[]): Promise<Map<string, number>>
  /** Removes buckets that are empty. */
  removeEmpty(): Promise<void>
}

/** Buckets of one statement. */
const PART = 1000

const RESTORED = (b: string, at: string): string => `greatest(0, extract(epoch from ${at} - ${b}.at)) * ${b}.restore_rate`

/** The rows are inserted in the order of their names, so that processes cannot block each other. */
const SETTLE = `
  insert into cost_bucket as b (name, level, restore_rate, at)
  select name, cost, rate, clock_timestamp() from unnest($1::text[], $2::float8[], $3::float8[]) as s(name, cost, rate) order by name
  on conflict (name) do update set
    level = greatest(0, b.level - ${RESTORED('b', 'clock_timestamp()')}) + excluded.level,
    restore_rate = excluded.restore_rate,
    at = greatest(b.at, clock_timestamp())
  returning name, level`

export function createCostLedger(pool: Pool): CostLedger {
  return {
    async settle(spendings) {
      const levels = new Map<string, number>()
      for (let i = 0; i < spendings.length; i += PART) {
        const part = spendings.slice(i, i + PART)
        const { rows } = await pool.query<{ name: string; level: number }>({
          name: 'ashlar-settle-costs',
          text: SETTLE,
          values: [part.map(({ bucket }) => bucket), part.map(({ cost }) => cost), part.map(({ restoreRate }) => restoreRate)],
        })
        for (const { name, level } of rows) levels.set(name, level)
      }
      return levels
    },
    async removeEmpty() {
      await pool.query(`delete from cost_bucket b where b.level <= ${RESTORED('b', 'clock_timestamp()')}`)
    },
  }
}
