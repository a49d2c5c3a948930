import { isEqual } from '@ashlar/sdk/json'
import { showValue } from '../../../base/index.ts'
import type { NodeError, NodeExecution } from '../../../engine/index.ts'
import type { Output } from './output.ts'

interface RepeatCheckSink {
  /** All outputs were repeated, or the run has failed for another reason. */
  passed(): void
  failed(error: NodeError): void
}

/**
 * Compares the outputs of a repeated run with those that the run has delivered before. The values of a loop depend on
 * their iterations, so a run that is repeated must yield the same values in the same order.
 */
export class RepeatCheck {
  readonly #run: NodeExecution
  readonly #sink: RepeatCheckSink
  #repeated: Output[] = []
  #hasEnded = false
  #isCancelled = false
  /** Resolves when an output was repeated, or the run has ended. */
  #news = Promise.withResolvers<void>()
  readonly #passed = Promise.withResolvers<void>()
  /** Resolves when all repeated outputs are compared. */
  #compared: PromiseWithResolvers<void> | undefined

  constructor(run: NodeExecution, sink: RepeatCheckSink) {
    this.#run = run
    this.#sink = sink
  }

  /** @returns a promise that resolves when all repeated outputs so far are compared */
  get compared(): Promise<void> {
    if (this.#repeated.length === 0) return Promise.resolve()
    this.#compared ??= Promise.withResolvers()
    return this.#compared.promise
  }

  /** Resolves when all outputs are repeated, and those behind them are recorded or held by their loop. */
  get passed(): Promise<void> {
    return this.#passed.promise
  }

  add(output: Output): void {
    this.#repeated.push(output)
    this.#news.resolve()
  }

  /** The run has ended, without further outputs. */
  end(): void {
    this.#hasEnded = true
    this.#news.resolve()
  }

  cancel(): void {
    this.#isCancelled = true
    this.#news.resolve()
  }

  /** @param delivered the outputs that the run has delivered before, in order */
  async compare(delivered: AsyncIterable<Output>): Promise<void> {
    let place = 0
    for await (const expected of delivered) {
      place++
      const output = await this.#next()
      if (this.#isCancelled) return
      const difference = output ? findDifference(expected, output) : `it ended after ${place - 1} outputs, but had yielded more`
      if (difference !== undefined) return this.#sink.failed(notDeterministic(this.#run, place, difference))
    }
    if (this.#isCancelled) return
    this.#sink.passed()
    this.#passed.resolve()
  }

  async #next(): Promise<Output | undefined> {
    while (this.#repeated.length === 0 && !this.#hasEnded && !this.#isCancelled) {
      this.#news = Promise.withResolvers()
      await this.#news.promise
    }
    const output = this.#repeated.shift()
    if (this.#repeated.length === 0) this.#compared?.resolve()
    if (this.#repeated.length === 0) this.#compared = undefined
    return output
  }
}

function findDifference(before: Output, now: Output): string | undefined {
  if (before.pin !== now.pin) return `it yielded on "${now.pin}", but before on "${before.pin}"`
  if (before.k !== now.k) return `the value on "${now.pin}" belongs to another iteration than before`
  if (isEqual(before.value, now.value)) return undefined
  return `the value on "${now.pin}" is ${showValue(now.value)}, but was ${showValue(before.value)}`
}

function notDeterministic({ node: { block } }: NodeExecution, place: number, difference: string): NodeError {
  const remedy =
    'a run that is repeated after a failure, a sleep or a crash must yield the same values again: derive them from the inputs and from recorded answers, not from the time or from random numbers'
  const message = `block ${block.qualifiedName} did not repeat output ${place} of its run: ${difference}; ${remedy}`
  return { code: 'NOT_DETERMINISTIC', message }
}
