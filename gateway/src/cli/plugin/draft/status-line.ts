import type { CommandContext } from '../../command/command.ts'
import { createTerminal } from '../../command/terminal.ts'

/** Shows a status line while the work runs, if stderr is a terminal. */
export async function withStatusLine<T>(
  { stderr, environment }: CommandContext,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  const terminal = createTerminal(stderr, environment)
  if (!terminal.redraws) return work()
  terminal.write(terminal.style('dim', `${text} …`))
  try {
    return await work()
  } finally {
    terminal.write('\r\x1b[K')
  }
}
