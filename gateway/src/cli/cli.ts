import { readFile } from 'node:fs/promises'
import { withCommandLines } from '../base/command-line.ts'
import type { CommandContext } from './command/command.ts'
import { COMMANDS, type CommandEntry } from './commands.ts'
import { faultLines } from './command/faults.ts'
import { isInterruption, isUsageError, toldError } from './command/told-error.ts'

/**
 * Runs `ashlar <args>`.
 *
 * @returns the exit status: 0, 1 when it failed, 2 when the command line is wrong, 130 when it was interrupted
 */
export async function runCli(args: readonly string[], context: CommandContext): Promise<number> {
  const [first] = args
  if (first === '--version' || first === '-v') return print(context.stdout, await version())
  const words = first === 'help' ? args.slice(1) : args
  const wantsHelp = first === 'help' || args.includes('--help') || args.includes('-h')
  const entry = findCommand(words)
  if (!entry) return tellCommands(words, wantsHelp, context)
  if (wantsHelp) return print(context.stdout, usageOf(entry))
  try {
    const command = await entry.load()
    return await command(args.slice(entry.name.split(' ').length), context)
  } catch (error) {
    return tellEnd(error, entry, context)
  }
}

function findCommand(args: readonly string[]): CommandEntry | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

/** Where no command is named: all of them, or those that begin with the same word. */
function tellCommands([first, ...rest]: readonly string[], wantsHelp: boolean, context: CommandContext): number {
  const named = first?.startsWith('-') ? undefined : first
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${named} `))
  const text = group.length > 0 ? `usage: ashlar ${named} <command>\n\n${listOf(group)}` : help()
  const [second] = rest.filter((word) => !word.startsWith('-'))
  const isKnown = named === undefined || (group.length > 0 && second === undefined)
  if (wantsHelp && isKnown) return print(context.stdout, text)
  const called = [first, ...rest].slice(0, 2).join(' ')
  return wrongUsage(context, isKnown ? 'a command is missing' : `there is no command "${called}"`, text)
}

/** Says why a command has ended. @returns the exit status */
function tellEnd(error: unknown, entry: CommandEntry, context: CommandContext): number {
  const { code, message, faults } = toldError(error)
  if (isInterruption(error)) {
    context.stderr.write(`\n${message}\n`)
    return 130
  }
  if (isUsageError(error)) return wrongUsage(context, message, usageOf(entry))
  // One that nobody has foreseen is a bug, which its stack helps to find.
  const stack = code === 'UNEXPECTED' && error instanceof Error ? error.stack : undefined
  const text = stack ?? [`error ${code}: ${message}`, ...faultLines(faults)].join('\n')
  context.stderr.write(`${withCommandLines(text, context.environment)}\n`)
  return 1
}

function print(stream: CommandContext['stdout'], text: string): number {
  stream.write(`${text}\n`)
  return 0
}

function wrongUsage({ stderr }: CommandContext, message: string, usage: string): number {
  stderr.write(`${message}\n\n${usage}\n`)
  return 2
}

function usageOf({ name, usage, summary }: CommandEntry): string {
  return `usage: ashlar ${name} ${usage}\n\n${summary}`
}

function help(): string {
  return ['usage: ashlar <command>', '', listOf(COMMANDS), '', ...ENVIRONMENT].join('\n')
}

function listOf(entries: readonly CommandEntry[]): string {
  return entries.map(({ name, usage, summary }) => `  ashlar ${name} ${usage}\n      ${summary}`).join('\n')
}

const ENVIRONMENT = [
  'environment:',
  '  PORT                       Port of the server, 0 for any free one (4000)',
  '  ASHLAR_DATA_DIR            Folder of the database, the keys and all data (.ashlar)',
  '  DATABASE_URL               A Postgres server to use instead of the embedded one',
  '  ASHLAR_EXAMPLES            "false": no example graphs on the first start',
  '  ASHLAR_RETENTION_DAYS      How long the events of executions are kept (30)',
  '  ASHLAR_STOP_GRACE_SECONDS  Seconds that blocks with external effects have to finish after a stop request (30)',
  '  ASHLAR_SANDBOX_MEMORY      MB for all sandbox processes together (a quarter of the machine)',
  '  ASHLAR_SANDBOX_ISOLATION   The weakest isolation that may run third-party plugins: process, seccomp or bubblewrap (seccomp)',
  '  ASHLAR_FILES_DIR           Folder of the files of executions, the same for all workers (files, in the data folder)',
  '  ASHLAR_HTTP_ALLOW          Inner hosts and networks that blocks may reach (none)',
  '  ASHLAR_KEY                 Key for the server that --server names (the owner key of the data directory for its own)',
  '  ASHLAR_SECRET_KEY          Key that seals credentials, 32 bytes as base64 (one in the data directory)',
  '  ASHLAR_OAUTH_CLIENTS       OAuth clients, JSON: {"github/github": {"clientId": "…", "clientSecret": "…"}} (none)',
  '  ASHLAR_CONFIG              File with the operator’s configuration (ashlar.config.ts, if it is there)',
  '  ASHLAR_WEBSOCKETS          Maximum number of WebSockets per client address (256)',
  '  ASHLAR_TRUSTED_PROXIES     Proxies whose X-Forwarded-For header is believed: 127.0.0.1,10.0.0.0/8 (none)',
  '  ASHLAR_PUBLIC_URL          URL at which browsers reach the server; OAuth services redirect to /oauth/callback below it (where it listens)',
]

async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
