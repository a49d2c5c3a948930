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
 * One test of a block: its inputs, its fakes, and all that it must yield, in order. A failure is the pair
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
    | ExpectedIteration<Output>
  )[]
}

/** The expected values of one iteration, by output pin: exactly the pins that the block yields together. */
export type ExpectedIteration<Output extends z.ZodObject> = [keyof z.output<Output>] extends [never]
  ? never
  : { [Pin in keyof z.output<Output> & string]?: Expected<z.output<Output>[Pin]> }

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

/**
 * Compares what a block yielded with what its test expects.
 *
 * @returns a description of the first difference, or undefined
 */
export function findDifference(expected: BlockTest['output'], actual: readonly Actual[]): string | undefined {
  for (const [i, want] of expected.entries()) {
    const got = actual[i]
    if (!got) return `pair ${i + 1}: expected ${showShape(want)}, but the block yielded no more pairs`
    if (showShape(want) !== showShape(got)) return `pair ${i + 1}: expected ${showShape(want)}, got ${showYield(got)}`
    const values = new Map(toEntries(got))
    const wrong = toEntries(want).find(([pin, value]) => !isExpected(value, values.get(pin)))
    if (wrong) {
      const [pin, value] = wrong
      return `pair ${i + 1} on pin "${pin}": expected ${showExpected(value)}, got ${showOn([pin, values.get(pin)])}`
    }
  }
  const extra = actual[expected.length]
  if (!extra) return undefined
  return `pair ${expected.length + 1}: expected no more pairs, got ${isPair(extra) ? 'pin ' : ''}${showYield(extra)}`
}

/** A pair, or the values of one iteration by pin. */
type Actual = readonly [string, unknown] | Readonly<Record<string, unknown>>

function isPair(yielded: Actual): yielded is readonly [string, unknown] {
  return Array.isArray(yielded)
}

function toEntries(yielded: Actual): (readonly [pin: string, value: unknown])[] {
  return isPair(yielded) ? [yielded] : Object.entries(yielded)
}

function showShape(yielded: Actual): string {
  return isPair(yielded) ? `pin "${yielded[0]}"` : `{ ${Object.keys(yielded).sort().join(', ')} }`
}

function showYield(yielded: Actual): string {
  return isPair(yielded) ? `"${yielded[0]}" with ${showOn(yielded)}` : show(yielded)
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
