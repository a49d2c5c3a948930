import { readFile } from 'node:fs/promises'
import { UsageError, type CommandContext } from './command.ts'
import { COMMANDS, type CommandEntry } from './commands.ts'

/**
 * Runs `ashlar <args>`.
 *
 * @returns the exit status: 0, 1 when it failed, 2 when the command line is wrong, 130 when it was interrupted
 */
export async function runCli(args: readonly string[], context: CommandContext): Promise<number> {
  const [first] = args
  if (first === 'help' || first === '--help' || first === '-h') return print(context.stdout, help())
  if (first === '--version' || first === '-v') return print(context.stdout, await version())
  const entry = findCommand(args)
  if (!entry)
    return wrongUsage(
      context,
      first === undefined ? 'a command is missing' : `there is no command "${args.slice(0, 2).join(' ')}"`,
      help(),
    )
  const rest = args.slice(entry.name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) return print(context.stdout, usageOf(entry))
  try {
    const command = await entry.load()
    return await command(rest, context)
  } catch (error) {
    if (error instanceof UsageError || isParseError(error)) return wrongUsage(context, error.message, usageOf(entry))
    context.stderr.write(`${describe(error)}\n`)
    return 1
  }
}

function findCommand(args: readonly string[]): CommandEntry | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

function print(stream: CommandContext['stdout'], text: string): number {
  stream.write(`${text}\n`)
  return 0
}

function wrongUsage({ stderr }: CommandContext, message: string, usage: string): number {
  stderr.write(`${message}\n\n${usage}\n`)
  return 2
}

/** An error with a code says all in its message; any other is a bug, which its stack helps to find. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`
  if (error.name === 'AshlarError' && 'code' in error) return `error ${String(error.code)}: ${error.message}`
  return error.stack ?? `error: ${error.message}`
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

function usageOf({ name, usage, summary }: CommandEntry): string {
  return `usage: ashlar ${name} ${usage}\n\n${summary}`
}

function help(): string {
  const lines = COMMANDS.flatMap(({ name, usage, summary }) => [`  ashlar ${name} ${usage}`, `      ${summary}`])
  return ['usage: ashlar <command>', '', ...lines, '', ...ENVIRONMENT].join('\n')
}

const ENVIRONMENT = [
  'environment:',
  '  PORT                   Port of the server, 0 for any free one (4000)',
  '  ASHLAR_DATA_DIR        Folder of the database, the keys and all data (.ashlar)',
  '  DATABASE_URL           A Postgres to use in place of the one that Ashlar brings',
  '  ASHLAR_EXAMPLES        "false": no example graphs on the first start',
  '  ASHLAR_RETENTION_DAYS  How long the events of executions are kept (30)',
  '  ASHLAR_SANDBOX_MEMORY  MB for all sandbox processes together (a quarter of the machine)',
  '  ASHLAR_FILES_DIR       Folder of the files of executions, the same for all workers (files, in the data folder)',
  '  ASHLAR_HTTP_ALLOW      Inner hosts and networks that blocks may reach (none)',
  '  ASHLAR_KEY             Key for the server that --server names (the owner key of the data directory for its own)',
  '  ASHLAR_SECRET_KEY      Key that seals credentials, 32 bytes as base64 (one in the data directory)',
  '  ASHLAR_OAUTH_CLIENTS   OAuth clients, JSON: {"github/github": {"clientId": "…", "clientSecret": "…"}} (none)',
  '  ASHLAR_CONFIG          File with the operator’s configuration (ashlar.config.ts, if it is there)',
  '  ASHLAR_PUBLIC_URL      Where browsers reach the server; services send them to /oauth/callback below (where it listens)',
]

async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
