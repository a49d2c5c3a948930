import type { CommandContext } from '../../command/command.ts'
import { createTerminal } from '../../command/terminal.ts'

/** Says what takes a while, until it is done; on a terminal only. */
export async function whileSaying<T>({ stderr, environment }: CommandContext, text: string, work: () => Promise<T>): Promise<T> {
  const terminal = createTerminal(stderr, environment)
  if (!terminal.redraws) return work()
  terminal.write(terminal.style('dim', `${text} …`))
  try {
    return await work()
  } finally {
    terminal.write('\r\x1b[K')
  }
}
