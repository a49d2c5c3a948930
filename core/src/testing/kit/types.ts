import type { BlockTestResult, Fakes, SentRequest, TypedBlock } from '@ashlar/sdk'
import type { z } from 'zod'

// Authors get the types of this file as they are: they say nothing of what is behind them.

export interface RunOptions extends Fakes {
  /** Of the package that the block is in. @default the working directory */
  folder?: string
  /** @default what the block says, or 60 000 */
  timeoutMs?: number
}

/** A pair that a run has yielded: on one of the output pins of the block, or on `error`. */
export type RunOutput<Output extends z.ZodObject = z.ZodObject> =
  | { [Pin in keyof z.output<Output> & string]: [pin: Pin, value: z.output<Output>[Pin]] }[keyof z.output<Output> & string]
  | [pin: 'error', message: string]

/** What one run of a block has done. */
export interface BlockRun<Output extends z.ZodObject = z.ZodObject> {
  /** Pairs in the order in which they were yielded. */
  outputs: RunOutput<Output>[]
  /** What ended it, where it failed: `BLOCK_FAILED`, `TIMEOUT`, `HTTP_DENIED` … */
  error: { code: string; message: string } | undefined
  /** In the order in which they were sent. */
  requests: SentRequest[]
  /** What is stored after it, by scope and key. */
  stored: Record<string, Record<string, unknown>>
  /** Files after it, by path. */
  files: Record<string, Uint8Array>
  logs: { level: string; text: string }[]
}

/**
 * Runs a block of the package under test in a real sandbox, with what `options` say in place of the outside.
 *
 * Rejects with an error whose `code` is PLUGIN_INVALID or PLUGIN_LOAD_FAILED when the package does not load, BAD_INPUT
 * when the fakes are not valid, and with a TypeError when the block is not one that the package exports.
 */
export type RunBlock = <Input extends z.ZodObject, Output extends z.ZodObject>(
  block: TypedBlock<Input, Output>,
  input: z.input<Input>,
  options?: RunOptions,
) => Promise<BlockRun<Output>>

/**
 * Runs the `tests` that a block of the package under test declares, in a real sandbox: `it('works', () =>
 * testBlock(slugify))`.
 *
 * Rejects with an error whose `code` is TESTS_FAILED where something differs from what was expected, and says of each
 * test what; PLUGIN_INVALID or PLUGIN_LOAD_FAILED when the package does not load; with a TypeError when the block has
 * no tests, or is not one that the package exports.
 */
export type TestBlock = <Input extends z.ZodObject, Output extends z.ZodObject>(
  block: TypedBlock<Input, Output>,
  options?: Pick<RunOptions, 'folder'>,
) => Promise<void>

/**
 * Runs the `tests` of every block of a plugin. Rejects with an error whose `code` is PLUGIN_INVALID or
 * PLUGIN_LOAD_FAILED.
 *
 * @param folder of its package. @default the working directory
 */
export type TestPlugin = (folder?: string) => Promise<BlockTestResult[]>
