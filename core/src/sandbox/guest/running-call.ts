import { parseJson, type Block, type BlockContext } from '@ashlar/sdk'
import { CREDIT, IDS_PER_CALL, Iterations, MORE_OUTPUTS, type GuestCall, type Stretch } from '../channel/index.ts'
import type { Entry } from './io/entries.ts'
import type { CollectedLists } from './collected-lists.ts'
import { GuestContext } from './block-context.ts'
import { callHost } from './io/host-calls.ts'
import { GuestFailure, limits } from './io/outbox.ts'
import { hasMany } from './pins.ts'
import type * as abort from '../../web-platform/events/abort.ts'

/** The first call of a stretch. */
interface Lead {
  id: number
  stretch: Stretch
  followers: number
}

/** Evaluated when the first call reads its signal, see `web-platform/index.ts`. */
const platform = (): typeof abort => require('../../web-platform/events/abort.ts') as typeof abort

/** A call that has not ended. */
export class RunningCall {
  readonly call: GuestCall
  entry: Entry
  /** Of a block with a `many` pin. */
  iterations: Iterations | undefined
  /** The outputs of the call, or since its last credit. */
  #outputs = 0
  /** The length of these outputs, as JSON text. */
  #bytes = 0
  #endPause: (() => void) | undefined
  readonly #lead: Lead | undefined
  readonly #node: number
  #signal: abort.AbortSignal | undefined
  #isAborted = false

  constructor(call: GuestCall, entry: Entry, lead?: Lead, node = 0) {
    this.call = call
    this.entry = entry
    this.#lead = lead ?? (call.stretch && { id: call.id, stretch: call.stretch, followers: 0 })
    this.#node = node
  }

  /** The second argument of `run`. */
  contextOf(block: Block, lists: CollectedLists | undefined): BlockContext {
    return new GuestContext(this.call.id, block, () => this.#abortSignal as unknown as AbortSignal, lists)
  }

  /** Prepares to count the outputs of a run of the block. */
  begin(block: Block): this {
    this.iterations = hasMany(block) ? new Iterations() : undefined
    return this
  }

  /** @throws {GuestFailure} OUTPUT_LIMIT */
  countOutput(): void {
    if (++this.#outputs > limits.maxOutputs)
      throw new GuestFailure('OUTPUT_LIMIT', `more than ${limits.maxOutputs} outputs, the limit of one run`)
  }

  /** @throws {GuestFailure} OUTPUT_LIMIT */
  countBytes(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > limits.maxOutputBytes)
      throw new GuestFailure('OUTPUT_LIMIT', `more than ${limits.maxOutputBytes} bytes of outputs in total, the limit of one run`)
  }

  /** Requests the next credit when the outputs have used up the last one. @returns whether the run may continue */
  awaitCredit(): true | Promise<boolean> {
    if (!this.iterations || (this.#outputs < CREDIT.outputs && this.#bytes < CREDIT.chars)) return true
    this.#outputs = this.#bytes = 0
    return new Promise((resolve, reject) => {
      this.#endPause = () => resolve(false)
      callHost(this.call.id, MORE_OUTPUTS, []).then(() => resolve(true), reject)
    })
  }

  abort(): void {
    this.#isAborted = true
    this.#endPause?.()
    if (this.#signal) platform().abortSignal(this.#signal, abortError())
  }

  /** Created when the block reads it. Most blocks do not. */
  get #abortSignal(): abort.AbortSignal {
    if (this.#signal) return this.#signal
    this.#signal = platform().createSignal()
    if (this.#isAborted) platform().abortSignal(this.#signal, abortError())
    return this.#signal
  }

  /** The calls that follow from an output within the stretch. @param json the value as JSON text */
  follow(pin: string, json: string): Followers | undefined {
    const lead = this.#lead
    const links = lead?.stretch.nodes[this.#node]?.links[pin]
    if (!lead || !links) return undefined
    const calls: RunningCall[] = []
    const announced: [id: number, node: number][] = []
    for (const [node, sinkPin, type] of links) {
      const sink = lead.stretch.nodes[node]
      const value: unknown = parseJson(json)
      if (!sink || value === null || (type !== undefined && typeof value !== type)) continue
      if (lead.followers + 1 >= IDS_PER_CALL) break
      const id = lead.id + ++lead.followers
      const call: GuestCall = { id, kind: 'run', block: sink.block, input: { ...sink.inputs, [sinkPin]: value } }
      calls.push(new RunningCall(call, this.entry, lead, node))
      announced.push([id, node])
    }
    return calls.length > 0 ? { calls, announced } : undefined
  }
}

interface Followers {
  calls: RunningCall[]
  announced: [id: number, node: number][]
}

function abortError(): Error {
  return new Error('the call was aborted')
}
