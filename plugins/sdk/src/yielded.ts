import type { z } from 'zod'

/**
 * A pair `[pin, value]` that `run` yields. The pin is an output pin of the block, the `error` pin with a message, or a
 * tool pin (`tools_^_<node id>_~_<pin>`), which addresses one node.
 */
export type Yielded<Output extends z.ZodObject> =
  | { [Pin in keyof z.input<Output> & string]-?: [pin: Pin, value: z.input<Output>[Pin]] }[keyof z.input<Output> & string]
  | [pin: 'error', message: string]
  | ('tools' extends keyof z.input<Output> ? [pin: ToolPin, value: unknown] : never)

/** Addresses one node. Every block that has the output pin `tools` also has these pins. */
export type ToolPin = `tools_^_${string}_~_${string}`
