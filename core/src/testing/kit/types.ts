import type { BlockTestResult, Fakes, HostCall, SentRequest, TypedBlock } from '@ashlar/sdk'
import type { z } from 'zod'

// These types are published to plugin authors, so they must not refer to internal types.

export interface RunOptions extends Fakes {
  /** The folder of the block's package. @default the working directory */
  folder?: string
  /** @default the block's own time limit, or 60 000 */
  timeoutMs?: number
}

/** A pair that a run yielded: on an output pin of the block, or on `error`. */
export type RunOutput<Output extends z.ZodObject = z.ZodObject> =
  | { [Pin in keyof z.output<Output> & string]: [pin: Pin, value: z.output<Output>[Pin]] }[keyof z.output<Output> & string]
  | [pin: 'error', message: string]

/** The result of one run of a block. */
export interface BlockRun<Output extends z.ZodObject = z.ZodObject> {
  /** The yielded pairs, in order. */
  outputs: RunOutput<Output>[]
  /** The error of a failed run: `BLOCK_FAILED`, `TIMEOUT`, `HTTP_DENIED` … */
  error: { code: string; message: string } | undefined
  /** The sent requests, in order. */
  requests: SentRequest[]
  /** The calls of host functions, in order. */
  hostCalls: HostCall[]
  /** The stored values after the run, by scope and key. */
  stored: Record<string, Record<string, unknown>>
  /** The files after the run, by path. */
  files: Record<string, Uint8Array>
  logs: { level: string; text: string }[]
}

/**
 * Runs a block of the package under test in a real sandbox, with the fakes in `options`.
 *
 * Rejects with an error whose `code` is PLUGIN_INVALID or PLUGIN_LOAD_FAILED when the package does not load, BAD_INPUT
 * when the fakes are invalid, and with a TypeError when the package does not export the block.
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
 * Rejects with an error whose `code` is TESTS_FAILED when an output differs from the expected one; its message lists
 * every difference. The code is PLUGIN_INVALID or PLUGIN_LOAD_FAILED when the package does not load. Rejects with a
 * TypeError when the block has no tests, or when the package does not export it.
 */
export type TestBlock = <Input extends z.ZodObject, Output extends z.ZodObject>(
  block: TypedBlock<Input, Output>,
  options?: Pick<RunOptions, 'folder'>,
) => Promise<void>

/**
 * Runs the `tests` of every block of a plugin. Rejects with an error whose `code` is PLUGIN_INVALID or
 * PLUGIN_LOAD_FAILED.
 *
 * @param folder the folder of its package. @default the working directory
 */
export type TestPlugin = (folder?: string) => Promise<BlockTestResult[]>
