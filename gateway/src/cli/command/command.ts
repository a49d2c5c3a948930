import type { Readable } from 'node:stream'
import type { Output } from './terminal.ts'

export type Input = Readable & { isTTY?: boolean }

/** The streams and the environment of the process that runs a command. */
export interface CommandContext {
  /** Receives only results and the ready line. */
  stdout: Output
  /** Receives all other output. */
  stderr: Output
  /** Opens standard input, which only commands that prompt for a secret read. */
  openStdin?: () => Input
  environment: Readonly<Record<string, string | undefined>>
}

/** A command of `ashlar`. @returns its exit status */
export type Command = (args: string[], context: CommandContext) => Promise<number>

/** An entry of `ashlar help`, which loads its command on use. */
export interface CommandEntry {
  /** One word, or a group and a word: `plugin test`. */
  name: string
  /** The arguments after the name. */
  usage: string
  summary: string
  load(): Promise<Command>
}

/** The command line is wrong. The CLI prints the message and the usage, and exits with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
