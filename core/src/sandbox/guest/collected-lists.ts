import type { Block } from '@ashlar/sdk'
import { callHost } from './io/host-calls.ts'
import { GuestFailure } from './io/outbox.ts'
import { pagedPins } from './pins.ts'
import { describeFaults } from './yields.ts'

/**
 * The inputs of a call of a block with `paged` pins. For a large list, the host passes `{ count }` instead of an array,
 * and the block reads the values while it runs. See `runtime/driver/inputs`.
 */
class CollectedLists {
  readonly #callId: number
  readonly #block: Block
  readonly #counts = new Map<string, number>()
  #input: Readonly<Record<string, unknown>> = {}

  constructor(callId: number, block: Block) {
    this.#callId = callId
    this.#block = block
  }

  /** Returns the inputs, in which large lists are empty. */
  withoutLarge(input: unknown): unknown {
    const given = input as Record<string, unknown>
    const large = [...pagedPins(this.#block)].filter((pin) => isCount(given[pin]))
    for (const pin of large) this.#counts.set(pin, (given[pin] as { count: number }).count)
    return large.length === 0 ? input : { ...given, ...Object.fromEntries(large.map((pin) => [pin, []])) }
  }

  /** @param input the checked inputs */
  begin(input: unknown): void {
    this.#input = input as Record<string, unknown>
  }

  has(pin: string): boolean {
    return pagedPins(this.#block).has(pin)
  }

  /** @throws {GuestFailure} BLOCK_INPUT_INVALID */
  async *read(pin: string): AsyncGenerator<unknown, void> {
    const count = this.#counts.get(pin)
    if (count === undefined) return yield* this.#input[pin] as unknown[]
    for (let from = 0; from < count;) {
      const values = (await callHost(this.#callId, 'collected.read', [pin, from])) as unknown[]
      const parsed = this.#block.input.shape[pin]?.safeParse(values)
      if (parsed?.success === false)
        throw new GuestFailure('BLOCK_INPUT_INVALID', describeFaults(parsed.error, `input ${pin}`, values))
      yield* (parsed?.data ?? []) as unknown[]
      from += values.length
    }
  }
}

/** @throws {GuestFailure} BAD_INPUT */
export function readCollected(lists: CollectedLists | undefined, pin: string): AsyncIterable<unknown> {
  if (!lists?.has(pin)) throw new GuestFailure('BAD_INPUT', `collected: the block has no input "${pin}" that is paged`)
  return lists.read(pin)
}

/** @returns undefined if the block has no such inputs */
export function openLists(callId: number, block: Block): CollectedLists | undefined {
  return pagedPins(block).size > 0 ? new CollectedLists(callId, block) : undefined
}

function isCount(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export type { CollectedLists }
