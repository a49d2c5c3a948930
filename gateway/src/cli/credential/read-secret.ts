import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { AshlarError } from '@ashlar/core'
import type { CommandContext } from '../command/command.ts'

const MAX_CHARS = 64 * 1024

/**
 * Reads a secret from standard input. On a terminal it reads one line and does not echo it. Otherwise it reads the whole input and
 * removes a final line end. A secret is never an argument, because other users of the machine can see arguments.
 *
 * @throws {AshlarError} BAD_INPUT when there is none
 */
export async function readSecret(question: string, { stdin, stderr }: CommandContext): Promise<string> {
  if (!stdin) throw noSecret(question)
  const text = stdin.isTTY ? await ask(question, stdin, stderr) : await readAll(stdin)
  if (text === '') throw noSecret(question)
  return text
}

async function ask(
  question: string,
  stdin: NonNullable<CommandContext['stdin']>,
  stderr: CommandContext['stderr'],
): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  stderr.write(`${question}: `)
  try {
    return await lines.question('')
  } finally {
    lines.close()
    stderr.write('\n')
  }
}

async function readAll(stdin: NonNullable<CommandContext['stdin']>): Promise<string> {
  let text = ''
  stdin.setEncoding('utf8')
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > MAX_CHARS) throw new AshlarError('BAD_INPUT', `the secret must have at most ${MAX_CHARS} characters`)
  }
  return text.replace(/\r?\n$/, '')
}

function noSecret(question: string): AshlarError {
  return new AshlarError(
    'BAD_INPUT',
    `the secret is missing (${question}): write it to standard input, or run the command on a terminal`,
  )
}
