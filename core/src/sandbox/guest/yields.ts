import type { Block } from '@ashlar/sdk'
import type { z } from 'zod'
import { describeIssues, showValue } from '../../base/index.ts'
import { isToolPin } from '../../pins/index.ts'
import { enterCall, GuestFailure, leaveCall, yieldFrame } from './io/outbox.ts'
import { RUN_FRAME, isAsyncIterable, rejectPromise, toIterable } from './pairs.ts'
import { hasMany, isMany, silentMarker } from './pins.ts'

/** Whether to continue. A promise pauses the block until it resolves. */
type Go = boolean | Promise<boolean>

/** Receives what a block yields. */
export interface TakeYields {
  pair(pin: string, value: unknown): Go
  /** The values that belong to one iteration. */
  iteration(values: readonly [pin: string, value: unknown][]): Go
}

/**
 * Checks what `run` yields and passes it on, until the receiver stops. Then the block is ended at its `yield`.
 *
 * @param yields what `run` returned
 * @returns a promise when the block continues asynchronously
 */
export function passYields(block: Block, yields: unknown, take: TakeYields, callId: number): Promise<void> | undefined {
  if (isAsyncIterable(yields)) return passAsync(block, yields, take)
  if (yields instanceof Promise) return rejectPromise(yields)
  const iterator = toIterable(yields)[Symbol.iterator]()
  const paused = passUntilPause(block, iterator, take)
  return paused && continueAfter(paused, iterator, callId, () => passUntilPause(block, iterator, take))
}

async function passAsync(block: Block, yields: AsyncIterable<unknown>, take: TakeYields): Promise<void> {
  for await (const yielded of yields) {
    const go = pass(block, yielded, take)
    if (go !== true && !(await go)) return
  }
}

/** Like `for (… of …)`, ends the block if the receiver fails. @returns the pause; undefined when the block has ended */
function passUntilPause(block: Block, iterator: Iterator<unknown>, take: TakeYields): Promise<boolean> | undefined {
  for (;;) {
    const { done, value } = iterator.next()
    if (done === true) return undefined
    let go: Go
    try {
      go = pass(block, value, take)
    } catch (error) {
      endQuietly(iterator)
      throw error
    }
    if (typeof go !== 'boolean') return go
    if (!go) {
      iterator.return?.()
      return undefined
    }
  }
}

/** Runs a synchronous block from pause to pause. */
async function continueAfter(
  paused: Promise<boolean>,
  iterator: Iterator<unknown>,
  callId: number,
  next: () => Promise<boolean> | undefined,
): Promise<void> {
  for (let pause: Promise<boolean> | undefined = paused; pause;) {
    if (!(await pause)) return void iterator.return?.()
    enterCall(callId)
    try {
      pause = next()
    } finally {
      leaveCall()
    }
  }
}

/** The error that led to the end of the block takes precedence. */
function endQuietly(iterator: Iterator<unknown>): void {
  try {
    iterator.return?.()
  } catch {}
}

function pass(block: Block, yielded: unknown, take: TakeYields): Go {
  if (isPair(yielded)) return take.pair(yielded[0], checkValue(block, yielded[0], yielded[1]))
  return take.iteration(checkIteration(block, yielded))
}

function isPair(yielded: unknown): yielded is [pin: string, value: unknown] {
  return Array.isArray(yielded) && typeof yielded[0] === 'string'
}

function checkIteration(block: Block, yielded: unknown): [pin: string, value: unknown][] {
  if (typeof yielded !== 'object' || yielded === null || Array.isArray(yielded) || !hasMany(block)) throw noPair(yielded)
  const values = Object.entries(yielded).filter(([, value]) => value !== undefined)
  for (const [pin] of values)
    if (pin === 'error' || isToolPin(pin))
      throw new GuestFailure('BLOCK_OUTPUT_INVALID', `yield "${pin}" as a pair ["${pin}", value], not in an object`, RUN_FRAME)
  if (!values.some(([pin]) => isMany(block, pin))) {
    const message = `run yields ${showValue(yielded)}, an iteration without a value on a pin that is many: yield such values as pairs [pin, value]`
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', message, RUN_FRAME)
  }
  return values.map(([pin, value]) => [pin, checkValue(block, pin, value)])
}

function noPair(yielded: unknown): GuestFailure {
  const remedy =
    typeof yielded === 'object' && yielded !== null && !Array.isArray(yielded)
      ? '; only a block with an output that is many may yield an object'
      : ''
  const message = `run must yield [pin, value] pairs, got ${showValue(yielded)}${remedy}`
  return new GuestFailure('BLOCK_OUTPUT_INVALID', message, RUN_FRAME)
}

function checkValue(block: Block, pin: string, value: unknown): unknown {
  if (isToolPin(pin)) return value
  const schema = Object.hasOwn(block.output.shape, pin) ? block.output.shape[pin] : undefined
  if (!schema) {
    if (pin === 'error') return value
    const pins = [...Object.keys(block.output.shape), 'error'].join(', ')
    const message = `run yields to "${pin}", which is not an output pin of the block; its output pins are ${pins}`
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', message, yieldFrame(pin))
  }
  const marker = silentMarker(block, pin)
  if (marker) {
    const message = `run yields to "${pin}", which is ${marker}: Ashlar emits the values of this pin, and the block must not`
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', message, yieldFrame(pin))
  }
  const parsed = (schema as typeof block.output).safeParse(value)
  if (!parsed.success)
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', describeFaults(parsed.error, `output "${pin}"`, value), yieldFrame(pin))
  return parsed.data
}

export function describeFaults(error: z.ZodError, subject: string, value: unknown): string {
  const faults = describeIssues(error, value)
  return faults.map(({ path, message }) => `${subject}${path === '' ? '' : ` "${path}"`}: ${message}`).join('; ')
}
