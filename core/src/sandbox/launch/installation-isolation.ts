import type { Pool } from 'pg'
import { ISOLATIONS, type Isolation } from '../limits/index.ts'

const REPORT_EVERY_MS = 20_000
/** A worker that has not reported for this time is considered ended. */
const GONE_AFTER = '1 minute'

const REPORT = `
  insert into worker (id, isolation, seen_at) values ($1, $2, now())
  on conflict (id) do update set isolation = excluded.isolation, seen_at = excluded.seen_at`
const FORGET = `delete from worker where id = $1 or seen_at < now() - interval '${GONE_AFTER}'`
const READ = `select distinct isolation from worker where seen_at > now() - interval '${GONE_AFTER}'`

/**
 * Reports the isolation level of a worker immediately and every 20 s.
 *
 * @returns a function that ends the reports and removes the last one
 */
export async function reportIsolation(
  pool: Pool,
  workerId: string,
  isolation: Isolation,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const report = async (): Promise<void> => void (await pool.query(REPORT, [workerId, isolation]))
  await report()
  const timer = setInterval(() => void report().catch(onError), REPORT_EVERY_MS)
  return async () => {
    clearInterval(timer)
    await pool.query(FORGET, [workerId])
  }
}

/** @returns the weakest isolation among the workers of this installation; undefined while there are none */
export async function readIsolation(pool: Pool): Promise<Isolation | undefined> {
  const { rows } = await pool.query<{ isolation: string }>(READ)
  return ISOLATIONS.find((each) => rows.some(({ isolation }) => isolation === each))
}
