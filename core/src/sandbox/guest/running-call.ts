import { parseJson, type BlockContext } from '@ashlar/sdk'
import { IDS_PER_CALL, type GuestCall, type Stretch } from '../channel/index.ts'
import type { Entry } from './io/entries.ts'
import { GuestContext } from './block-context.ts'
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
  /** The length of its outputs so far, as JSON text. */
  yieldedBytes = 0
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
  get context(): BlockContext {
    return new GuestContext(this.call.id, () => this.#abortSignal as unknown as AbortSignal)
  }

  abort(): void {
    this.#isAborted = true
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
