import { setTimeout as pause } from 'node:timers/promises'
import { AshlarError, stringifyDeferred } from '../../../base/index.ts'
import { GatheredList, takeValue, type ExecutionEvent, type NodeExecution, type OnConverted } from '../../../engine/index.ts'
import type { JournalEntry, JournalWriter } from '../../journal/index.ts'

/** The maximum length of the inputs of a run with lists from the journal, as JSON text. */
const MAX_INPUT_CHARS = 32 * 1024 * 1024
/** The values that are read at a time: at most this many, and at most this length as JSON text, estimated. */
const PAGE = { items: 5000, chars: 512 * 1024 }
const RETRY_MS = 1000

export interface RunInputsParts {
  journal: Pick<JournalWriter, 'committed'>
  /** Returns the committed events with these `seq`, with all values. */
  readEventsAt(entry: JournalEntry, seqs: readonly number[]): Promise<ReadonlyMap<number, ExecutionEvent>>
  onError(error: unknown): void
}

interface RunInputsSource {
  entry: JournalEntry
  resolveInputs(run: NodeExecution, onConverted?: OnConverted): Record<string, unknown>
  /** The delay before a failed read is repeated. @default 1000 */
  retryMs?: number
}

/**
 * The inputs of runs whose lists are too large for the memory of the worker. Their values are in the journal. They are
 * read in pages, and each page becomes text before the next one is read. A pin that is `paged` receives only the number
 * of values, and the block reads the pages while it runs.
 */
export class RunInputs {
  readonly #parts: RunInputsParts
  readonly #source: RunInputsSource
  #isStopped = false

  constructor(parts: RunInputsParts, source: RunInputsSource) {
    this.#parts = parts
    this.#source = source
  }

  /**
   * Reads the inputs of a run.
   *
   * @param isWanted whether the run still needs them
   * @returns JSON text, why the run fails, or undefined if the run does not need them any more
   */
  async read(run: NodeExecution, isWanted: () => boolean, onConverted?: OnConverted): Promise<string | AshlarError | undefined> {
    try {
      const members: string[] = []
      let chars = 0
      for (const [pin, value] of Object.entries(this.#source.resolveInputs(run, onConverted))) {
        const text = await this.#toText(run, pin, value, { isWanted, onConverted, maxChars: MAX_INPUT_CHARS - chars })
        if (text === undefined) return undefined
        members.push(`${JSON.stringify(pin)}:${text}`)
        chars += text.length
      }
      return `{${members.join(',')}}`
    } catch (error) {
      if (error instanceof RangeError) return new AshlarError('BLOCK_INPUT_INVALID', error.message)
      if (error instanceof AshlarError) return error
      throw error
    }
  }

  /**
   * Performs the host call `collected.read(pin, from)`: returns the next values of a pin, none at its end.
   *
   * @throws {AshlarError} BAD_INPUT CANCELLED JOURNAL_UNREADABLE
   */
  async readPage(run: NodeExecution, [pin, from]: readonly unknown[]): Promise<unknown[]> {
    const list = typeof pin === 'string' && run.node.block.pagedPins.has(pin) ? run.values.get(pin) : undefined
    if (typeof pin !== 'string' || !(list instanceof GatheredList) || !Number.isSafeInteger(from) || Number(from) < 0)
      throw new AshlarError('BAD_INPUT', 'collected: a run reads only its own lists, from a position that is not negative')
    const values = await this.#values(list, Number(from), () => run.status === 'RUNNING')
    if (!values) throw new AshlarError('CANCELLED', 'the call has ended, or another worker has leased the execution')
    return convert(run, pin, values)
  }

  stop(): void {
    this.#isStopped = true
  }

  async #toText(
    run: NodeExecution,
    pin: string,
    value: unknown,
    { isWanted, onConverted, maxChars }: { isWanted: () => boolean; onConverted: OnConverted | undefined; maxChars: number },
  ): Promise<string | undefined> {
    if (!(value instanceof GatheredList)) return stringifyDeferred(value, 0)
    if (run.node.block.pagedPins.has(pin)) return JSON.stringify({ count: value.length })
    const texts: string[] = []
    let chars = 0
    if (value.chars > maxChars) throw tooLong(run, pin, value)
    for (let from = 0; from < value.length;) {
      const values = await this.#values(value, from, isWanted)
      if (!values) return undefined
      const text = stringifyDeferred(convert(run, pin, values, onConverted), 1).slice(1, -1)
      texts.push(text)
      chars += text.length
      if (chars > maxChars) throw tooLong(run, pin, value)
      from += values.length
    }
    return `[${texts.join(',')}]`
  }

  /** Reads the next values. Repeats a read that fails. @returns undefined if they are not wanted any more */
  async #values(list: GatheredList, from: number, isWanted: () => boolean): Promise<unknown[] | undefined> {
    const items = list.page(from, PAGE.items, PAGE.chars)
    const seqs = items.flatMap((item) => ('seq' in item ? item.seq : []))
    const events = await this.#events(seqs, () => isWanted() && !this.#isStopped && !this.#source.entry.lost)
    return events && items.map((item) => ('seq' in item ? takeValue(eventAt(events, item.seq), item.link) : item.value))
  }

  async #events(seqs: readonly number[], isWanted: () => boolean): Promise<ReadonlyMap<number, ExecutionEvent> | undefined> {
    const { journal, readEventsAt, onError } = this.#parts
    const { entry, retryMs = RETRY_MS } = this.#source
    await journal.committed(entry)
    while (isWanted()) {
      try {
        const events = await readEventsAt(entry, seqs)
        return isWanted() ? events : undefined
      } catch (error) {
        if (error instanceof AshlarError) throw error
        onError(error)
        await pause(retryMs)
      }
    }
    return undefined
  }
}

/** Whether the values of a list of the run are in the journal. */
export function hasGatheredList({ collected, values }: NodeExecution): boolean {
  return collected !== undefined && values.values().some((value) => value instanceof GatheredList)
}

/** Converts values to the type of the items of the pin (rule 8). */
function convert({ node }: NodeExecution, pin: string, values: unknown[], onConverted?: OnConverted): unknown[] {
  const coerce = new Map(node.coercions).get(pin)
  const converted = coerce ? (coerce(values) as unknown[]) : values
  if (converted !== values) onConverted?.(pin, values, converted)
  return converted
}

function eventAt(events: ReadonlyMap<number, ExecutionEvent>, seq: number): ExecutionEvent {
  const event = events.get(seq)
  if (event) return event
  throw new AshlarError('JOURNAL_UNREADABLE', `event ${seq} of the journal, which has a value of a collection, is missing`)
}

function tooLong({ node: { id, block } }: NodeExecution, pin: string, { length }: GatheredList): AshlarError {
  const message = `the ${length} values that node "${id}" (${block.qualifiedName}) collects on "${pin}" are longer than ${MAX_INPUT_CHARS} characters of JSON, the limit of the inputs of one run: write them to a file with files/collect, or collect a smaller part of each value`
  return new AshlarError('INPUT_LIMIT', message)
}
