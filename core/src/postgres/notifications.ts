import pg from 'pg'

/**
 * Listens for Postgres notifications, on one connection per process. A message only signals a change; the listener
 * reads the state from the tables. After a reconnect, every listener is called once with an empty message, because
 * messages may have been lost.
 */
export interface Notifications {
  /** @returns a function that removes the listener */
  listen(channel: Channel, listener: (message: string) => void): () => void
  close(): Promise<void>
}

/**
 * The channels and their messages:
 *
 * - `journal`: ids of executions that are new, have new events or wait, joined by commas
 * - `deltas`: a piece of the text that a block streams, see `runtime/deltas`
 * - `work`: new jobs
 * - `cancel`: ids of executions that the worker no longer holds
 * - `plugins`: the plugins of the installation have changed, or those of the account with this id
 * - `scan`: workers have to scan their sources
 * - `submissions`: a submission is new or was decided
 * - `access`: the user, key or session of which callers may now do less or more, such as `user <id>`
 * - `health`: a worker can no longer write the journal, or can write it again
 */
type Channel = 'journal' | 'deltas' | 'work' | 'cancel' | 'plugins' | 'scan' | 'submissions' | 'access' | 'health'

const CHANNELS: Channel[] = ['journal', 'deltas', 'work', 'cancel', 'plugins', 'scan', 'submissions', 'access', 'health']
const RECONNECT_AFTER_MS = 500

/** The name of a channel in SQL. */
export function channelName(channel: Channel): string {
  return `ashlar_${channel}`
}

/** The maximum number of UUIDs in a message, whose maximum is 8 000 bytes. */
export const MAX_IDS = 200

/** Sends a message with the ids on each of the channels. They are sent when the transaction of the client commits. */
export async function announce(
  client: pg.ClientBase | pg.Pool,
  channels: readonly Channel[],
  ids: readonly string[],
): Promise<void> {
  for (let i = 0; i < ids.length; i += MAX_IDS)
    await client.query('select pg_notify(channel, $2) from unnest($1::text[]) as row(channel)', [
      channels.map(channelName),
      ids.slice(i, i + MAX_IDS).join(','),
    ])
}

export async function createNotifications(url: string): Promise<Notifications> {
  const listeners = new Map<string, Set<(message: string) => void>>(CHANNELS.map((channel) => [channelName(channel), new Set()]))
  const state = { client: undefined as pg.Client | undefined, timer: undefined as NodeJS.Timeout | undefined, closed: false }

  const connect = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, application_name: 'ashlar listen', keepAlive: true })
    client.on('notification', ({ channel, payload }) => notify(listeners.get(channel), payload ?? ''))
    client.on('error', () => {}) // `end` follows
    client.once('end', () => reconnectLater())
    await client.connect()
    await client.query(CHANNELS.map((channel) => `listen ${channelName(channel)}`).join(';'))
    state.client = client
  }
  const reconnectLater = (): void => {
    if (state.closed) return
    clearTimeout(state.timer)
    state.timer = setTimeout(() => {
      connect().then(() => {
        for (const set of listeners.values()) notify(set, '')
      }, reconnectLater)
    }, RECONNECT_AFTER_MS)
  }

  await connect()
  return {
    listen(channel, listener) {
      const set = listeners.get(channelName(channel))
      set?.add(listener)
      return () => void set?.delete(listener)
    },
    async close() {
      state.closed = true
      clearTimeout(state.timer)
      await state.client?.end().catch(() => {}) // the connection may be broken
    },
  }
}

function notify(listeners: Iterable<(message: string) => void> | undefined, message: string): void {
  for (const listener of listeners ?? []) listener(message)
}
