import { isEqual } from './json/index.ts'
import type { z } from 'zod'
import type { Fakes } from './fakes.ts'
import type { ToolPin } from './yielded.ts'

/**
 * The expected value of a pair: this exact value, a value that the schema accepts, or a value for which the predicate
 * returns true.
 */
export type Expected<Value> = Value | z.ZodType | ((value: Value) => boolean)

/**
 * One test of a block: its inputs, its fakes, and all pairs that it must yield, in order. A failure is the pair
 * `['error', message]`.
 */
export interface BlockTest<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> extends Fakes {
  /** @default the block's name and the test's position */
  name?: string
  input: z.input<Input>
  output: (
    | {
        [Pin in keyof z.output<Output> & string]-?: [pin: Pin, expected: Expected<z.output<Output>[Pin]>]
      }[keyof z.output<Output> & string]
    | [pin: 'error', expected: Expected<string>]
    | ('tools' extends keyof z.output<Output> ? [pin: ToolPin, expected: Expected<unknown>] : never)
  )[]
}

/** The result of one test of a block. */
export interface BlockTestResult {
  /** The qualified name of the block. */
  readonly block: string
  readonly test: string
  /** A description of the first difference, or undefined when the test passes. */
  readonly difference: string | undefined
  /** The position in the plugin's source where the block threw: `src/say.ts:5:78`. */
  readonly thrownAt?: string
  /** The stack of the error: one line for each frame of the plugin's code, innermost first. */
  readonly stack?: string
}

/** Compares the yielded pairs with the expected ones. @returns a description of the first difference, or undefined. */
export function findDifference(expected: BlockTest['output'], actual: readonly [string, unknown][]): string | undefined {
  for (const [i, [pin, want]] of expected.entries()) {
    const pair = actual[i]
    if (!pair) return `pair ${i + 1}: expected pin "${pin}", but the block yielded no more pairs`
    if (pair[0] !== pin) return `pair ${i + 1}: expected pin "${pin}", got "${pair[0]}" with ${showOn(pair)}`
    if (!isExpected(want, pair[1])) return `pair ${i + 1} on pin "${pin}": expected ${showExpected(want)}, got ${showOn(pair)}`
  }
  const extra = actual[expected.length]
  return extra && `pair ${expected.length + 1}: expected no more pairs, got pin "${extra[0]}" with ${showOn(extra)}`
}

function isExpected(want: unknown, value: unknown): boolean {
  if (typeof want === 'function') return (want as (value: unknown) => boolean)(value)
  if (isSchema(want)) return want.safeParse(value).success
  return isEqual(want, value)
}

function isSchema(want: unknown): want is z.ZodType {
  return typeof want === 'object' && want !== null && '_zod' in want
}

function showExpected(want: unknown): string {
  if (typeof want === 'function') return `a value for which ${want.toString().slice(0, 100)}`
  return isSchema(want) ? `a value of type ${want._zod.def.type}` : show(want)
}

/** Shows error messages in full, because their end describes the remedy. */
function showOn([pin, value]: readonly [string, unknown]): string {
  return show(value, pin === 'error' ? MAX_MESSAGE_CHARS : undefined)
}

const MAX_MESSAGE_CHARS = 2000

function show(value: unknown, maxChars = 100): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text
}
