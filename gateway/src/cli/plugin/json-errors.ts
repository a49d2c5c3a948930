import type { Command } from '../command/command.ts'
import { toldError } from '../command/told-error.ts'

/** With `--json`, what ends the command is JSON on standard output as well: `{ "error": { "code", "message", "faults" } }`. */
export function withJsonErrors(command: Command): Command {
  return async (args, context) => {
    try {
      return await command(args, context)
    } catch (error) {
      if (args.includes('--json')) context.stdout.write(`${JSON.stringify({ error: toldError(error) }, null, 2)}\n`)
      throw error
    }
  }
}
