import { setTimeout as pause } from 'node:timers/promises'
import { channelName, type Database, type Notifications } from '../../postgres/index.ts'
import type { PluginRegistry } from '../registry/index.ts'
import { assertOwner } from '../publishing/index.ts'

/**
 * Scans plugin folders on request. A watcher reports a change of a file with a delay. A caller that has just changed a file requests a
 * scan and waits for its result.
 */
export interface PluginScans {
  /**
   * Makes every worker scan its sources, and loads the results. Only for the owner of the installation.
   *
   * @returns false when a worker did not finish within 10 seconds
   * @throws {AshlarError} FORBIDDEN
   */
  request(userId: string): Promise<boolean>
  /** Calls `scan` for each request. @returns a function that removes the subscription */
  onRequest(scan: () => Promise<void>): () => void
}

interface ScanParts {
  database: Pick<Database, 'pool'>
  notifications: Notifications
  plugins: Pick<PluginRegistry, 'reload'>
  /** How long a request waits. @default 10_000 */
  withinMs?: number
  onError(error: unknown): void
}

const POLL_EVERY_MS = 20

const REQUEST = `select clock_timestamp()::text as at, pg_notify('${channelName('scan')}', '')`
/** A worker renews its source sets every two minutes. A set that was not renewed for three minutes has no worker. */
const IS_PENDING = `
  select 1 from plugin_workspace
  where id not like 'dev:%' and seen_at > now() - interval '3 minutes' and (scanned_at is null or scanned_at < $1)
  limit 1`

export function createPluginScans(parts: ScanParts): PluginScans {
  const { notifications, plugins, withinMs = 10_000, onError } = parts
  const { pool } = parts.database
  return {
    async request(userId) {
      await assertOwner(pool, userId)
      const { rows } = await pool.query<{ at: string }>(REQUEST)
      const requestedAt = rows[0]?.at
      const isPending = async (): Promise<boolean> => (await pool.query(IS_PENDING, [requestedAt])).rowCount !== 0
      const deadline = performance.now() + withinMs
      let pending = await isPending()
      while (pending && performance.now() < deadline) {
        await pause(POLL_EVERY_MS)
        pending = await isPending()
      }
      await plugins.reload()
      return !pending
    },
    onRequest: (scan) => notifications.listen('scan', () => void scan().catch(onError)),
  }
}
