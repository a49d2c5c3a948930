import type pg from 'pg'
import type { Notifications } from '../../postgres/index.ts'
import type { User } from './entities.ts'

export interface BrowserSession {
  /** The hash of its token. */
  id: string
  user: User
  expiresAt: Date
}

export interface SessionEnds {
  /** Calls the callback once, when the session ends or expires. @returns a function that cancels the subscription */
  onEnd(session: BrowserSession, ended: () => void): () => void
  close(): void
}

/** The number of ended sessions to remember, to detect a session that ends while a request is being authenticated. */
const MAX_REMEMBERED = 1000

/** Calls callbacks when sessions end, either by a notification from the process that ended them or by expiry. */
export function createSessionEnds(pool: pg.Pool, notifications: Notifications, onError: (error: unknown) => void): SessionEnds {
  const watched = new Map<string, Set<() => void>>()
  const ended = new Set<string>()
  const stopListening = notifications.listen('browser_sessions', (id) => {
    if (id === '') return void endMissing().catch(onError)
    if (ended.size >= MAX_REMEMBERED) ended.clear()
    ended.add(id)
    endSession(id)
  })

  function endSession(id: string): void {
    for (const callback of watched.get(id) ?? []) callback()
  }

  /** Call it after notifications may have been missed. */
  async function endMissing(): Promise<void> {
    const ids = [...watched.keys()]
    const { rows } = await pool.query<{ hash: string }>('select hash from browser_session where hash = any($1)', [ids])
    const existing = new Set(rows.map(({ hash }) => hash))
    for (const id of ids) if (!existing.has(id)) endSession(id)
  }

  return {
    onEnd({ id, expiresAt }, callback) {
      const callbacks = watched.get(id) ?? new Set()
      const stop = (): void => {
        clearTimeout(timer)
        callbacks.delete(once)
        if (callbacks.size === 0 && watched.get(id) === callbacks) watched.delete(id)
      }
      const once = (): void => {
        stop()
        callback()
      }
      const timer = setTimeout(once, expiresAt.getTime() - Date.now()).unref()
      watched.set(id, callbacks.add(once))
      if (ended.has(id)) once()
      return stop
    },
    close: stopListening,
  }
}
