import { setTimeout as pause } from 'node:timers/promises'
import { channelName, type Database, type Notifications } from '../database/index.ts'
import type { PluginRegistry } from './registry.ts'
import { assertOwner } from './store/index.ts'

/**
 * Scans of plugin folders on request. A watcher notices a change of a file only after a while; a caller that has just changed one asks
 * for a scan and waits for it.
 */
export interface PluginScans {
  /**
   * Has every worker scan its workspaces, and loads what they found. For the owner of the installation.
   *
   * @returns false when a worker did not finish within 10 seconds
   * @throws {AshlarError} FORBIDDEN
   */
  request(userId: string): Promise<boolean>
  /** Calls `scan` at each request. @returns a function that ends it */
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
/** A worker renews its workspace every two minutes: one that was not renewed for three has no worker. */
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
      const givenUpAt = performance.now() + withinMs
      let pending = await isPending()
      while (pending && performance.now() < givenUpAt) {
        await pause(POLL_EVERY_MS)
        pending = await isPending()
      }
      await plugins.reload()
      return !pending
    },
    onRequest: (scan) => notifications.listen('scan', () => void scan().catch(onError)),
  }
}
