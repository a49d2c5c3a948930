import type { z } from 'zod'

/**
 * What `run` yields: a pair `[pin, value]`, or an object of values by pin, `{ item, index }`.
 *
 * The pin of a pair is an output pin of the block, the `error` pin with a message, or a tool pin (`tools_^_<node
 * id>_~_<pin>`), which addresses one node. An object is for blocks with a `many` output: its values belong to the same
 * iteration.
 */
export type Yielded<Output extends z.ZodObject> =
  | { [Pin in keyof z.input<Output> & string]-?: [pin: Pin, value: z.input<Output>[Pin]] }[keyof z.input<Output> & string]
  | [pin: 'error', message: string]
  | ('tools' extends keyof z.input<Output> ? [pin: ToolPin, value: unknown] : never)
  | YieldedIteration<Output>

/** The values of one iteration, by output pin. Leave out a pin that has no value in this iteration. */
export type YieldedIteration<Output extends z.ZodObject> = [keyof z.input<Output>] extends [never]
  ? never
  : { [Pin in keyof z.input<Output> & string]?: z.input<Output>[Pin] }

/** Addresses one node. Every block that has the output pin `tools` also has these pins. */
export type ToolPin = `tools_^_${string}_~_${string}`
