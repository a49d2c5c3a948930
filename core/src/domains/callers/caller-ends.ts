import type { Database } from '../../postgres/index.ts'
import type { Caller } from '../accounts/index.ts'
import type { AccessChanges } from './access-changes.ts'
import { findUnchanged, subjectsOf } from './read-callers.ts'

/** A caller whose end somebody waits for. */
interface Watch extends Caller {
  end: () => void
}

/** The longest timer of Node, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1
const RETRY_AFTER_MS = 1000

/** Calls callbacks when callers can no longer do what they could do. */
export class CallerEnds {
  readonly #database: Database
  readonly #changes: AccessChanges
  readonly #onError: (error: unknown) => void
  /** By subject. */
  readonly #watches = new Map<string, Set<Watch>>()
  #isClosed = false

  constructor(database: Database, changes: AccessChanges, onError: (error: unknown) => void) {
    this.#database = database
    this.#changes = changes
    this.#onError = onError
  }

  /** See `Callers.onEnd`. */
  watch(caller: Caller, ended: () => void): () => void {
    const subjects = subjectsOf(caller)
    const stop = (): void => {
      stopTimer()
      for (const subject of subjects) this.#remove(subject, watch)
    }
    const watch: Watch = {
      ...caller,
      roles: new Map(caller.roles), // that of the caller can grow
      end() {
        stop()
        ended()
      },
    }
    const stopTimer = onTime(caller.session?.expiresAt ?? caller.expiresAt, watch.end)
    for (const subject of subjects) this.#watches.set(subject, (this.#watches.get(subject) ?? new Set()).add(watch))
    if (this.#changes.isAfter(caller.asOf ?? 0, subjects)) this.#checkNow(new Set([watch]))
    return stop
  }

  /** Call it after a change of a subject. @param subject '' for all */
  check(subject: string): void {
    const watches = subject === '' ? new Set([...this.#watches.values()].flatMap((set) => [...set])) : this.#watches.get(subject)
    if (watches) this.#checkNow(watches)
  }

  close(): void {
    this.#isClosed = true
  }

  #checkNow(watches: ReadonlySet<Watch>): void {
    void this.#endChanged([...watches]).catch((error: unknown) => {
      if (this.#isClosed) return
      this.#onError(error)
      setTimeout(() => this.#checkNow(watches), RETRY_AFTER_MS).unref()
    })
  }

  async #endChanged(watches: readonly Watch[]): Promise<void> {
    const unchanged = await findUnchanged(this.#database, watches)
    for (const watch of watches) if (!unchanged.has(watch) && this.#isWatched(watch)) watch.end()
  }

  #isWatched(watch: Watch): boolean {
    return this.#watches.get(`user ${watch.user.id}`)?.has(watch) ?? false
  }

  #remove(subject: string, watch: Watch): void {
    const watches = this.#watches.get(subject)
    watches?.delete(watch)
    if (watches?.size === 0) this.#watches.delete(subject)
  }
}

/** @returns a function that stops the timer */
function onTime(time: Date | undefined, callback: () => void): () => void {
  if (!time) return () => undefined
  let timer: NodeJS.Timeout
  const wait = (): void => {
    const ms = time.getTime() - Date.now()
    timer = setTimeout(ms > MAX_TIMER_MS ? wait : callback, Math.min(ms, MAX_TIMER_MS)).unref()
  }
  wait()
  return () => clearTimeout(timer)
}
