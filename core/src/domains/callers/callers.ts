import { Lru } from '../../base/index.ts'
import type { Database, Notifications } from '../../postgres/index.ts'
import type { Caller, User } from '../accounts/index.ts'
import { AccessChanges } from './access-changes.ts'
import { CallerEnds } from './caller-ends.ts'
import { hashKey, isPlausibleKey } from './key-format.ts'
import { LastUses } from './last-uses.ts'
import { readKey, readSession, readUser, subjectsOf, type BrowserSessionTokens } from './read-callers.ts'

/**
 * Determines what users may do. Callers are kept in memory until the database announces that what they may do has
 * changed, which takes a few milliseconds, but at most 30 seconds.
 */
export interface Callers {
  /** A caller who may do everything that the user may do. Not from memory. */
  ofUser(user: User): Promise<Caller>
  /** Like {@link ofUser}, from memory. @returns undefined when there is no such user */
  ofUserId(userId: string): Promise<Caller | undefined>
  /** @returns undefined for a key that is unknown, revoked or expired */
  ofKey(key: string): Promise<Caller | undefined>
  /** @returns undefined when the two tokens do not belong to the same session, or the session has ended */
  ofSession(tokens: BrowserSessionTokens): Promise<Caller | undefined>
  /** Call it after a change of what the user may do, so that the next request to this process observes it. */
  forget(userId: string): void
  /**
   * Calls the callback once: when the session or the key of the caller ends or expires, when the token expires, or when
   * the user may do less than the caller could.
   *
   * @returns a function that cancels the subscription
   */
  onEnd(caller: Caller, ended: () => void): () => void
  close(): Promise<void>
}

interface Entry {
  caller: Caller
  /** The number of the last change that the caller includes. */
  change: number
  until: number
}

const MAX_CALLERS = 10_000
/** Limits the effect of a lost connection that neither side has noticed. */
const REMEMBER_MS = 30_000

export function createCallers(database: Database, notifications: Notifications, onError: (error: unknown) => void): Callers {
  const cache = new Lru<string, Entry>(MAX_CALLERS)
  const changes = new AccessChanges()
  const ends = new CallerEnds(database, changes, onError)
  const keyUses = new LastUses(database.pool, { table: 'api_key', id: 'id', type: 'uuid' }, onError)
  const sessionUses = new LastUses(database.pool, { table: 'browser_session', id: 'hash', type: 'text' }, onError)
  const changed = (subject: string): void => {
    if (subject === '') changes.recordAll()
    else changes.record(subject)
    ends.check(subject)
  }
  const stopListening = notifications.listen('access', changed)

  async function find(name: string, read: () => Promise<Caller | undefined>): Promise<Caller | undefined> {
    const cached = cache.get(name)
    const entry = cached && isValid(cached) ? cached : await load(name, read)
    if (!entry) return undefined
    const { keyId, session } = entry.caller
    if (keyId !== undefined) keyUses.record(keyId)
    if (session) sessionUses.record(session.id)
    return { ...entry.caller, asOf: entry.change, roles: new Map(entry.caller.roles) }
  }

  async function load(name: string, read: () => Promise<Caller | undefined>): Promise<Entry | undefined> {
    const change = changes.last // a change while the caller is being read makes the entry invalid
    const caller = await read()
    if (!caller) {
      cache.delete(name)
      return undefined
    }
    const entry = { caller, change, until: Date.now() + REMEMBER_MS }
    cache.set(name, entry)
    return entry
  }

  function isValid({ caller, change, until }: Entry): boolean {
    const expiresAt = caller.session?.expiresAt ?? caller.expiresAt
    const now = Date.now()
    return now < until && (!expiresAt || now < expiresAt.getTime()) && !changes.isAfter(change, subjectsOf(caller))
  }

  return {
    async ofUser({ id }) {
      const asOf = changes.last
      const caller = await readUser(database, id)
      if (!caller) throw new Error(`there is no user ${id}`)
      return { ...caller, asOf }
    },
    ofUserId: (userId) => find(`user ${userId}`, () => readUser(database, userId)),
    ofKey: async (key) => (isPlausibleKey(key) ? find(`key ${hashKey(key)}`, () => readKey(database, key)) : undefined),
    ofSession: (tokens) => find(`session ${hashKey(`${tokens.token} ${tokens.pageToken}`)}`, () => readSession(database, tokens)),
    forget: (userId) => changed(`user ${userId}`),
    onEnd: (caller, ended) => ends.watch(caller, ended),
    async close() {
      stopListening()
      ends.close()
      await Promise.all([keyUses.write(), sessionUses.write()]).catch(onError)
    },
  }
}
