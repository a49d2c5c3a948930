import { AshlarError } from '@ashlar/core'
import type { Command } from '../command.ts'

/** With `--json`, what ends the command is JSON on standard output as well: `{ "error": { "code", "message", "faults" } }`. */
export function withJsonErrors(command: Command): Command {
  return async (args, context) => {
    try {
      return await command(args, context)
    } catch (error) {
      if (args.includes('--json') && error instanceof AshlarError) {
        const { code, message, details } = error
        context.stdout.write(`${JSON.stringify({ error: { code, message, faults: details.faults ?? [] } }, null, 2)}\n`)
      }
      throw error
    }
  }
}
