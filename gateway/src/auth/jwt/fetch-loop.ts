import { errorMessage } from '@ashlar/core'

/** Repeats a fetch, one at a time, until it is closed. */
export interface FetchLoop {
  /** Fetches now, or waits for the fetch that runs. Never rejects. */
  fetchNow(): Promise<void>
  /** The time since the last fetch began, in milliseconds. */
  readonly ageMs: number
  readonly isRunning: boolean
  /** The reason why the last fetch failed. */
  readonly failure: string | undefined
  close(): void
}

interface FetchLoopOptions {
  load(signal: AbortSignal): Promise<void>
  /** Called with the reason when fetches begin to fail, and without one when they succeed again. */
  onChange(failure: string | undefined): void
}

const REFRESH_MS = 5 * 60_000
const MIN_RETRY_MS = 1000
const MAX_RETRY_MS = 60_000

/** Fetches at once, then every five minutes, and after failures again after 1, 2, 4, … 60 seconds. */
export function createFetchLoop({ load, onChange }: FetchLoopOptions): FetchLoop {
  const ending = new AbortController()
  let failure: string | undefined
  let failures = 0
  let beganAt = -Infinity
  let pending: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  function fetchNow(): Promise<void> {
    if (pending) return pending
    clearTimeout(timer)
    beganAt = Date.now()
    return (pending = fetchOnce().finally(() => (pending = undefined)))
  }

  async function fetchOnce(): Promise<void> {
    try {
      await load(ending.signal)
      setFailure(undefined)
    } catch (error) {
      if (ending.signal.aborted) return
      setFailure(errorMessage(error))
    }
    const delay = failures === 0 ? REFRESH_MS : Math.min(MIN_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS)
    if (!ending.signal.aborted) timer = setTimeout(() => void fetchNow(), delay).unref()
  }

  function setFailure(reason: string | undefined): void {
    failures = reason === undefined ? 0 : failures + 1
    const isChange = (reason === undefined) !== (failure === undefined)
    failure = reason
    if (isChange) onChange(reason)
  }

  void fetchNow()
  return {
    fetchNow,
    get ageMs() {
      return Date.now() - beganAt
    },
    get isRunning() {
      return pending !== undefined
    },
    get failure() {
      return failure
    },
    close() {
      clearTimeout(timer)
      ending.abort()
    },
  }
}
