import { selectValue } from '../../pins/index.ts'
import type { PlanLink } from '../plan/index.ts'

/** A value of a collection: the value itself, or the journal event from which its link takes it. */
export type GatheredItem = { value: unknown } | { seq: number; link: PlanLink }

/** A collection in its final order. */
interface GatheredSource {
  length: number
  chars: number
  /** In the order of the list. @param index 0, 1, 2 … */
  itemAt(index: number): GatheredItem
  /** At least 1. In characters of JSON, estimated. */
  sizeAt(index: number): number
}

/**
 * The list of a collect pin whose values are in the journal, because they are too large for memory. It takes the place
 * of the list in the values of a node execution.
 */
export class GatheredList {
  readonly length: number
  /** The length of the list as JSON text, estimated. */
  readonly chars: number
  readonly #source: GatheredSource

  constructor(source: GatheredSource) {
    this.length = source.length
    this.chars = source.chars
    this.#source = source
  }

  /**
   * Returns the next items, at least one unless the list ends at `from`.
   *
   * @param maxChars the maximum length of the items together, estimated
   */
  page(from: number, maxItems: number, maxChars: number): GatheredItem[] {
    const items: GatheredItem[] = []
    for (let i = from, chars = 0; i < this.length && items.length < maxItems; i++) {
      chars += this.#source.sizeAt(i)
      if (chars > maxChars && items.length > 0) break
      items.push(this.#source.itemAt(i))
    }
    return items
  }
}

/** An event of the journal, as far as it has a value. */
interface ValueEvent {
  type: string
  value?: unknown
  error?: { message: string }
}

/** Returns the value that the link takes from an event of the journal. */
export function takeValue(event: ValueEvent, { steps }: PlanLink): unknown {
  const value = event.type === 'NodeOutput' ? event.value : event.type === 'NodeFinished' ? event.error?.message : undefined
  return steps.length === 0 ? value : selectValue(value, steps)
}
