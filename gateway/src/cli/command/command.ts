import type { Readable } from 'node:stream'
import type { Output } from './terminal.ts'

type Input = Readable & { isTTY?: boolean }

/** What a command sees of its process. */
export interface CommandContext {
  /** Only what was asked for: results, the ready line. */
  stdout: Output
  /** Everything else. */
  stderr: Output
  /** Read only by commands that ask for a secret. */
  stdin?: Input
  environment: Readonly<Record<string, string | undefined>>
}

/** A command of `ashlar`. @returns its exit status */
export type Command = (args: string[], context: CommandContext) => Promise<number>

/** The command line is wrong: told with the usage, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
