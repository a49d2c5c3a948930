import type { CheckedEvent } from './messages.ts'
import type { CallRequest, CallSink, ForeseenCall } from './call.ts'
import { IDS_PER_CALL } from '../channel/index.ts'

/** The operations of a sandbox process on foreseen calls. */
interface ForeseenParts {
  isTaken(id: number): boolean
  /** @param events the events of the call so far. @returns a function that aborts the call */
  adopt(id: number, events: CheckedEvent[], request: CallRequest, sink: CallSink): () => void
  abort(guest: string, id: number): void
}

interface Kept {
  guest: string
  events: CheckedEvent[]
  chars: number
}

/** Events to keep for one foreseen call. A call that reports more never completes, so it exceeds its deadline. */
const MAX_KEPT_EVENTS = 1000

/** The calls that the guests of a process have started ahead and that were not adopted yet, with their events. */
export class ForeseenCalls {
  readonly #parts: ForeseenParts
  readonly #kept = new Map<number, Kept>()
  /** The approximate length of all kept events as JSON text. */
  keptChars = 0

  constructor(parts: ForeseenParts) {
    this.#parts = parts
  }

  /**
   * @param next the calls that the guest reports as started on an output of the call; ids outside its stretch are
   * ignored
   */
  announce(guest: string, callId: number, next: unknown): ForeseenCall[] {
    return parseFollowers(next, callId).map(([id, node]) => this.#foreseen(guest, id, node))
  }

  /**
   * Keeps an event of a foreseen call. The calls that the event announces become foreseen calls too.
   *
   * @returns false when there is no such call, or it has reported too many events
   */
  report(guest: string, event: CheckedEvent): boolean {
    const kept = this.#kept.get(event.id)
    if (kept?.guest !== guest || kept.events.length > MAX_KEPT_EVENTS) return false
    kept.events.push(event)
    const chars = estimateChars(event)
    kept.chars += chars
    this.keptChars += chars
    if (event.t === 'o') for (const [id] of parseFollowers(event.next, event.id)) this.#keep(guest, id)
    return true
  }

  /** Removes the calls of a guest that has ended. */
  forget(guest: string): void {
    for (const [id, kept] of this.#kept) if (kept.guest === guest) this.#remove(id, kept)
  }

  clear(): void {
    this.#kept.clear()
    this.keptChars = 0
  }

  #remove(id: number, kept: Kept): boolean {
    if (this.#kept.get(id) !== kept) return false
    this.keptChars -= kept.chars
    return this.#kept.delete(id)
  }

  #keep(guest: string, id: number): Kept {
    const known = this.#kept.get(id)
    if (known?.guest === guest) return known
    const kept: Kept = { guest, events: [], chars: 0 }
    if (!known && !this.#parts.isTaken(id)) this.#kept.set(id, kept)
    return kept
  }

  #foreseen(guest: string, id: number, node: number): ForeseenCall {
    const kept = this.#keep(guest, id)
    return {
      node,
      adopt: (request, sink) => (this.#remove(id, kept) ? this.#parts.adopt(id, kept.events, request, sink) : undefined),
      drop: () => {
        if (this.#kept.get(id) === kept) this.#drop(guest, id)
      },
    }
  }

  /** Drops the call and all calls that follow from it. */
  #drop(guest: string, id: number): void {
    const kept = this.#kept.get(id)
    if (kept?.guest !== guest) return
    this.#remove(id, kept)
    if (!kept.events.some(({ t }) => t === 'e')) this.#parts.abort(guest, id)
    for (const event of kept.events)
      if (event.t === 'o') for (const [follower] of parseFollowers(event.next, id)) this.#drop(guest, follower)
  }
}

const OVERHEAD_CHARS = 50

function estimateChars(event: CheckedEvent): number {
  if (event.t === 'l') return event.text.length + OVERHEAD_CHARS
  return OVERHEAD_CHARS + (event.t === 'o' ? event.chars : 0)
}

function parseFollowers(next: unknown, callId: number): [id: number, node: number][] {
  return Array.isArray(next) ? next.filter((each) => isFollower(each, callId)) : []
}

function isFollower(announced: unknown, callId: number): announced is [id: number, node: number] {
  if (!Array.isArray(announced) || !Number.isSafeInteger(announced[0]) || !Number.isSafeInteger(announced[1])) return false
  const id = announced[0] as number
  return id % IDS_PER_CALL !== 0 && Math.floor(id / IDS_PER_CALL) === Math.floor(callId / IDS_PER_CALL)
}
