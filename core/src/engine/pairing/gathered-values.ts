import { minJsonLength } from '../../base/index.ts'
import type { PlanLink } from '../plan/index.ts'
import { GatheredList, type GatheredItem } from './gathered-list.ts'
import { Int32List } from './int32-list.ts'
import { type Scope, type Tag, compareTags } from './tags/index.ts'

/** Sizes are estimated up to this length. */
const MAX_SIZE = 2 ** 30

/** The memory of all collections of an execution. */
export class GatherMemory {
  /** In characters of JSON, estimated. */
  readonly limit: number
  chars = 0

  constructor(limit = Infinity) {
    this.limit = limit
  }
}

/**
 * The values of one collection, in the order of arrival. If the collections of the execution exceed their memory, it
 * keeps the places of its values in the journal instead of the values.
 */
export class GatheredValues {
  readonly #memory: GatherMemory
  #values: unknown[] = []
  /** Once the values are dropped: those that are not in the journal. */
  #kept: Map<number, unknown> | undefined
  /** The event with the value; 0 if it is not in the journal. Only if the memory has a limit, as the sizes. */
  readonly #seqs = new Int32List()
  readonly #sizes = new Int32List()
  readonly #links = new Int32List()
  /** The length of the values in memory, and of all values. */
  #chars = 0
  #allChars = 0

  constructor(memory: GatherMemory) {
    this.#memory = memory
  }

  get length(): number {
    return this.#links.length
  }

  linkOf(position: number): number {
    return this.#links.at(position)
  }

  /** @param link the place of its link in the document @param seq the event of the journal that has the value */
  add(value: unknown, link: number, seq: number | undefined): void {
    const position = this.length
    this.#links.push(link)
    if (this.#memory.limit === Infinity) return void this.#values.push(value)
    const size = Math.min(minJsonLength(value, MAX_SIZE), MAX_SIZE)
    this.#seqs.push(seq ?? 0)
    this.#sizes.push(size)
    this.#allChars += size + 1
    if (!this.#kept) this.#values.push(value)
    else if (seq === undefined) this.#kept.set(position, value)
    else return
    this.#count(size)
    if (this.#memory.chars > this.#memory.limit && !this.#kept) this.#drop()
  }

  /** Ends the collection, whose memory no longer counts. @param order the positions of the values in the list */
  toList(order: Uint32Array | undefined, links: readonly PlanLink[]): unknown[] | GatheredList {
    this.#count(-this.#chars)
    const values = this.#values
    this.#values = []
    if (!this.#kept) return order ? Array.from(order, (position) => values[position]) : values
    const byIndex = new Map(links.map((link) => [link.index, link]))
    return new GatheredList({
      length: this.length,
      chars: this.#allChars,
      itemAt: (i) => this.#itemAt(order?.[i] ?? i, byIndex),
      sizeAt: (i) => this.#sizes.at(order?.[i] ?? i),
    })
  }

  #itemAt(position: number, links: ReadonlyMap<number, PlanLink>): GatheredItem {
    const link = links.get(this.#links.at(position))
    const seq = this.#seqs.at(position)
    return seq > 0 && link ? { seq, link } : { value: this.#kept?.get(position) }
  }

  #drop(): void {
    this.#kept = new Map()
    this.#count(-this.#chars)
    for (const [position, value] of this.#values.entries()) {
      if (this.#seqs.at(position) > 0) continue
      this.#kept.set(position, value)
      this.#count(this.#sizes.at(position))
    }
    this.#values = []
  }

  #count(chars: number): void {
    this.#chars += chars
    this.#memory.chars += chars
  }
}

/** The iterations of gathered values, in the order of arrival. */
export class GatheredPlaces {
  readonly #indexes = new Int32List()
  /** The loop of each value. Undefined while all belong to the first one. */
  #scopes: Scope[] | undefined
  #first: Scope | undefined
  /** The turns of cycles to which back edges have led. */
  readonly #turns = new Map<number, Tag>()

  add(tag: Tag): void {
    const { scope, index, from } = tag
    if (!scope) return
    this.#first ??= scope
    if (from) this.#turns.set(this.#indexes.length, tag)
    if (scope !== this.#first) this.#scopes ??= Array.from({ length: this.#indexes.length }, () => this.#first ?? scope)
    this.#scopes?.push(scope)
    this.#indexes.push(index)
  }

  /** Whether each value belongs to a later iteration of one loop than the value before. */
  get isSorted(): boolean {
    if (this.#scopes || this.#turns.size > 0) return false
    for (let i = 1; i < this.#indexes.length; i++) if (this.#indexes.at(i - 1) >= this.#indexes.at(i)) return false
    return true
  }

  compare(a: number, b: number): number {
    const isSimple = !this.#scopes && this.#turns.size === 0
    return isSimple ? this.#indexes.at(a) - this.#indexes.at(b) : compareTags(this.#tagAt(a), this.#tagAt(b))
  }

  /** A tag that compares like that of the value. */
  #tagAt(position: number): Tag {
    const turn = this.#turns.get(position)
    if (turn) return turn
    const scope = this.#scopes?.[position] ?? this.#first
    const parent = scope?.parent
    return { parent, scope, index: this.#indexes.at(position), depth: (parent?.depth ?? 0) + 1 } as Tag
  }
}
