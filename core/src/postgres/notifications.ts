import pg from 'pg'

/**
 * Postgres LISTEN on one connection for the whole process. Messages say only that something has changed: whoever hears
 * one reads the truth from the tables. After a broken connection every listener is called once with an empty message.
 */
export interface Notifications {
  /** @returns a function that ends it */
  listen(channel: Channel, heard: (message: string) => void): () => void
  close(): Promise<void>
}

/** `journal`: ids of executions with new events, joined by commas · `work`: there are jobs · `cancel`: ids of executions that are no longer the worker's · `plugins`: there are others · `scan`: workers scan their workspaces · `submissions`: there is a new one, or one has its answer · `browser_sessions`: the id of one that was ended · `health`: a worker cannot write the journal, or can again. */
type Channel = 'journal' | 'work' | 'cancel' | 'plugins' | 'scan' | 'submissions' | 'browser_sessions' | 'health'

const CHANNELS: Channel[] = ['journal', 'work', 'cancel', 'plugins', 'scan', 'submissions', 'browser_sessions', 'health']
const RECONNECT_AFTER_MS = 500

/** The name of a channel in SQL. */
export function channelName(channel: Channel): string {
  return `ashlar_${channel}`
}

export async function createNotifications(url: string): Promise<Notifications> {
  const listeners = new Map<string, Set<(message: string) => void>>(CHANNELS.map((channel) => [channelName(channel), new Set()]))
  const state = { client: undefined as pg.Client | undefined, timer: undefined as NodeJS.Timeout | undefined, closed: false }

  const connect = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, application_name: 'ashlar listen', keepAlive: true })
    client.on('notification', ({ channel, payload }) => tell(listeners.get(channel), payload ?? ''))
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
        for (const set of listeners.values()) tell(set, '')
      }, reconnectLater)
    }, RECONNECT_AFTER_MS)
  }

  await connect()
  return {
    listen(channel, heard) {
      const set = listeners.get(channelName(channel))
      set?.add(heard)
      return () => void set?.delete(heard)
    },
    async close() {
      state.closed = true
      clearTimeout(state.timer)
      await state.client?.end().catch(() => {}) // it may be broken already
    },
  }
}

function tell(listeners: Iterable<(message: string) => void> | undefined, message: string): void {
  for (const heard of listeners ?? []) heard(message)
}
