import type { Command } from './command.ts'
import { toPrintedError } from './printed-error.ts'

/**
 * With `--json`, also prints the error that ends a command on standard output: `{ "error": { "code", "message",
 * "faults" } }`.
 */
export function withJsonErrors(command: Command): Command {
  return async (args, context) => {
    try {
      return await command(args, context)
    } catch (error) {
      if (args.includes('--json')) context.stdout.write(`${JSON.stringify({ error: toPrintedError(error) }, null, 2)}\n`)
      throw error
    }
  }
}
