import type { JournalEvent } from '../../engine/index.ts'
import type { OutputDelta } from './delta.ts'

/** What waits for one subscriber. If it is more, the oldest pieces are dropped. */
const MAX_WAITING_CHARS = 64 * 1024
/** The ends of texts that are remembered. A piece arrives at most some milliseconds after the end of its text. */
const MAX_ENDS = 200

/**
 * The pieces of texts that wait for one subscriber. A piece waits until the subscriber has received the events that
 * precede it. It is dropped once the subscriber has received the value that contains it.
 */
export class DeltaBuffer {
  #waiting: OutputDelta[] = []
  #chars = 0
  /** The `seq` of the last output of a pin, or of the end of a node execution. */
  readonly #ends = new Map<string, number>()

  add(delta: OutputDelta): void {
    this.#waiting.push(delta)
    this.#chars += delta.text.length
    while (this.#chars > MAX_WAITING_CHARS) this.#chars -= this.#waiting.shift()?.text.length ?? 0
  }

  /** The subscriber has received an event. */
  passed(event: JournalEvent): void {
    if (event.type !== 'NodeOutput' && event.type !== 'NodeFinished') return
    const key = event.type === 'NodeOutput' ? pinKey(event) : runKey(event)
    this.#ends.delete(key)
    this.#ends.set(key, event.seq)
    const [oldest] = this.#ends.keys()
    if (this.#ends.size > MAX_ENDS && oldest !== undefined) this.#ends.delete(oldest)
  }

  /** Removes and returns the pieces that follow the events up to `seq`. */
  take(seq: number): OutputDelta[] {
    if (this.#waiting.length === 0) return []
    const due = this.#waiting.filter(({ after }) => after <= seq)
    if (due.length > 0) this.#waiting = this.#waiting.filter(({ after }) => after > seq)
    this.#chars = this.#waiting.reduce((sum, { text }) => sum + text.length, 0)
    return due.filter((delta) => !this.#hasEnded(delta))
  }

  #hasEnded(delta: OutputDelta): boolean {
    return Math.max(this.#ends.get(pinKey(delta)) ?? 0, this.#ends.get(runKey(delta)) ?? 0) > delta.after
  }
}

function runKey({ node, n }: { node: string; n: number }): string {
  return `${n} ${node}`
}

function pinKey(output: { node: string; n: number; pin: string }): string {
  return `${runKey(output)} ${output.pin}`
}
