import type pg from 'pg'
import { Lru } from '../../base/index.ts'
import { retryDuringOutage, type Notifications } from '../../postgres/index.ts'
import type { ExecutionFilter } from './execution-filter.ts'
import { readChangedSince, readStates, type ExecutionState } from './execution-states.ts'
import { ChangeSubscriber, type ExecutionChange } from './change-subscriber.ts'

/** The changes of executions, for the subscribers of one process. */
export interface ExecutionChanges {
  /**
   * Yields the executions of an owner that a filter selects when they are created and when their status changes. An
   * execution that the filter no longer selects is yielded once more.
   *
   * A subscriber receives at least the latest state of each execution. It does not receive every state: changes within
   * 100 ms, and changes that happen before a slow subscriber reads the previous one, are one change. The same state may
   * be repeated.
   *
   * @param since also yields executions that have changed since then. @default only new changes
   */
  follow(ownerId: string, filter: ExecutionFilter, since?: Date): AsyncGenerator<ExecutionChange, void>
}

/** Notifications gather for this long, so that one statement reads many executions. */
const GATHER_MS = 100
/** The number of executions that one statement reads. */
const MAX_READ = 1000
/** The number of executions whose last state is stored, to recognize changes. */
const MAX_KNOWN = 20_000

interface ChangeParts {
  pool: pg.Pool
  notifications: Notifications
  onError(error: unknown): void
}

/**
 * The database notifies each process of the executions that are new or have new events. While there are subscribers,
 * the process reads the states of these executions, compares them with the last ones, and passes changes to the
 * subscribers. The number of statements does not depend on the number of subscribers. After a lost connection, and for
 * a subscriber that is too slow to hold its changes in memory, the changes since then are read from the database.
 */
export function createExecutionChanges(parts: ChangeParts): ExecutionChanges {
  return new ChangeReader(parts)
}

class ChangeReader implements ExecutionChanges {
  readonly #parts: ChangeParts
  readonly #subscribers = new Set<ChangeSubscriber>()
  #known = new Lru<string, ExecutionState>(MAX_KNOWN)
  #gathered = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #readAt = new Date()

  constructor(parts: ChangeParts) {
    this.#parts = parts
    parts.notifications.listen('journal', (message) => this.#gather(message))
  }

  follow(ownerId: string, filter: ExecutionFilter, since?: Date): AsyncGenerator<ExecutionChange, void> {
    if (this.#subscribers.size === 0) this.#readAt = new Date()
    const subscriber = new ChangeSubscriber(ownerId, filter, since)
    this.#subscribers.add(subscriber)
    const changes = this.#read(subscriber)
    const leave = changes.return.bind(changes)
    changes.return = (value) => {
      this.#remove(subscriber)
      return leave(value)
    }
    return changes
  }

  async *#read(subscriber: ChangeSubscriber): AsyncGenerator<ExecutionChange, void> {
    try {
      while (!subscriber.hasLeft) {
        const since = subscriber.takeMissed()
        if (since) yield* this.#catchUp(subscriber, since)
        for (let change = subscriber.next(); change; change = subscriber.next()) yield change
        await subscriber.changed()
      }
    } finally {
      this.#remove(subscriber)
    }
  }

  async *#catchUp(subscriber: ChangeSubscriber, since: Date): AsyncGenerator<ExecutionChange, void> {
    for (let after: ExecutionState | undefined, isMore = true; isMore;) {
      const at = new Date()
      const last = after
      const states = await retryDuringOutage(() =>
        readChangedSince(this.#parts.pool, subscriber.ownerId, { since, after: last, limit: MAX_READ }),
      )
      // The changes that wait are older than these states.
      for (const state of states) subscriber.forget(state.id)
      for (const state of states) if (subscriber.selects(state)) yield subscriber.toChange(state, at, undefined, since)
      after = states.at(-1)
      isMore = states.length === MAX_READ
    }
  }

  #remove(subscriber: ChangeSubscriber): void {
    subscriber.leave()
    this.#subscribers.delete(subscriber)
    if (this.#subscribers.size > 0) return
    this.#known = new Lru(MAX_KNOWN)
    this.#gathered.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** @param message ids separated by commas; empty when notifications may have been missed */
  #gather(message: string): void {
    if (this.#subscribers.size === 0) return
    if (message === '') return this.#miss()
    for (const id of message.split(',')) this.#gathered.add(id)
    this.#timer ??= setTimeout(() => void this.#readGathered(), GATHER_MS)
  }

  #miss(): void {
    this.#known = new Lru(MAX_KNOWN)
    for (const subscriber of this.#subscribers) subscriber.miss(this.#readAt)
  }

  async #readGathered(): Promise<void> {
    const timer = this.#timer
    const ids = [...this.#gathered]
    this.#gathered = new Set()
    try {
      for (let i = 0; i < ids.length; i += MAX_READ) await this.#pass(ids.slice(i, i + MAX_READ))
    } catch (error) {
      this.#parts.onError(error)
      this.#miss()
    }
    if (this.#timer !== timer) return // the last subscriber has left, and another one has come
    this.#timer = undefined
    if (this.#gathered.size > 0) this.#timer = setTimeout(() => void this.#readGathered(), GATHER_MS)
  }

  async #pass(ids: readonly string[]): Promise<void> {
    const at = new Date()
    const owners = new Set(Iterator.from(this.#subscribers).map(({ ownerId }) => ownerId))
    if (owners.size === 0) return
    const states = await retryDuringOutage(() => readStates(this.#parts.pool, [...owners], ids))
    this.#readAt = at
    for (const state of states) {
      const known = this.#known.get(state.id)
      if (known?.status === state.status) continue
      this.#known.set(state.id, state)
      for (const subscriber of this.#subscribers) subscriber.add(state, known, at)
    }
  }
}
