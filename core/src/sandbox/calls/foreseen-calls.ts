import type { TakenEvent } from './messages.ts'
import type { CallRequest, CallSink, ForeseenCall } from './call.ts'
import { IDS_PER_CALL } from '../channel/index.ts'

/** What a sandbox process does with a foreseen call that is decided upon. */
interface ForeseenParts {
  isTaken(id: number): boolean
  /** @param events what was reported of it so far. @returns a function that aborts it */
  adopt(id: number, events: TakenEvent[], request: CallRequest, sink: CallSink): () => void
  abort(guest: string, id: number): void
}

interface Kept {
  guest: string
  events: TakenEvent[]
  chars: number
}

/** Events of one foreseen call that are kept; one that reports more is never complete, and so runs into its deadline. */
const MAX_KEPT = 1000

/** The calls that the guests of a process have begun by themselves and nobody has wanted so far, with what they reported. */
export class ForeseenCalls {
  readonly #parts: ForeseenParts
  readonly #kept = new Map<number, Kept>()
  /** About how long what is kept is as JSON text. */
  keptChars = 0

  constructor(parts: ForeseenParts) {
    this.#parts = parts
  }

  /** @param next what the guest says follows from an output of the call; ids that are not of its stretch are passed over */
  announce(guest: string, callId: number, next: unknown): ForeseenCall[] {
    return followersOf(next, callId).map(([id, node]) => this.#foreseen(guest, id, node))
  }

  /**
   * Keeps an event of a foreseen call. The calls that follow from it are foreseen, too.
   *
   * @returns false when there is no such call, or it has reported too much
   */
  report(guest: string, event: TakenEvent): boolean {
    const kept = this.#kept.get(event.id)
    if (kept?.guest !== guest || kept.events.length > MAX_KEPT) return false
    kept.events.push(event)
    const chars = charsOf(event)
    kept.chars += chars
    this.keptChars += chars
    if (event.t === 'o') for (const [id] of followersOf(event.next, event.id)) this.#keep(guest, id)
    return true
  }

  /** The guest is gone. */
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

  /** With what followed from it. */
  #drop(guest: string, id: number): void {
    const kept = this.#kept.get(id)
    if (kept?.guest !== guest) return
    this.#remove(id, kept)
    if (!kept.events.some(({ t }) => t === 'e')) this.#parts.abort(guest, id)
    for (const event of kept.events)
      if (event.t === 'o') for (const [follower] of followersOf(event.next, id)) this.#drop(guest, follower)
  }
}

const CHARS_BESIDE_VALUE = 50

function charsOf(event: TakenEvent): number {
  if (event.t === 'l') return event.text.length + CHARS_BESIDE_VALUE
  return CHARS_BESIDE_VALUE + (event.t === 'o' ? event.chars : 0)
}

function followersOf(next: unknown, callId: number): [id: number, node: number][] {
  return Array.isArray(next) ? next.filter((each) => isFollower(each, callId)) : []
}

function isFollower(announced: unknown, callId: number): announced is [id: number, node: number] {
  if (!Array.isArray(announced) || !Number.isSafeInteger(announced[0]) || !Number.isSafeInteger(announced[1])) return false
  const id = announced[0] as number
  return id % IDS_PER_CALL !== 0 && Math.floor(id / IDS_PER_CALL) === Math.floor(callId / IDS_PER_CALL)
}
