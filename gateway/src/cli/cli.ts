import { readFile } from 'node:fs/promises'
import { withCommandLines } from '../base/command-line.ts'
import { withoutControls } from './command/terminal.ts'
import { withEnvFiles } from '../base/env-files.ts'
import type { CommandContext, CommandEntry } from './command/command.ts'
import { COMMANDS } from './commands.ts'
import { faultLines } from './command/faults.ts'
import { isInterruption, isUsageError, toPrintedError } from './command/printed-error.ts'

/**
 * Runs `ashlar <args>`.
 *
 * @param envFolder folder whose `.env` files add to the environment. @default none
 * @returns the exit status: 0, 1 for a failure, 2 for a usage error, 130 for an interruption
 */
export async function runCli(args: readonly string[], given: CommandContext, envFolder?: string): Promise<number> {
  let context = given
  const [first] = args
  if (first === '--version' || first === '-v') return print(context.stdout, await version())
  const words = first === 'help' ? args.slice(1) : args
  const wantsHelp = first === 'help' || args.includes('--help') || args.includes('-h')
  const entry = findCommand(words)
  if (!entry) return printCommands(words, wantsHelp, context)
  if (wantsHelp) return print(context.stdout, formatUsage(entry))
  try {
    if (envFolder !== undefined) context = { ...given, environment: await withEnvFiles(envFolder, given.environment) }
    const command = await entry.load()
    return await command(args.slice(entry.name.split(' ').length), context)
  } catch (error) {
    return printFailure(error, entry, context)
  }
}

function findCommand(args: readonly string[]): CommandEntry | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

/** Prints all commands, or the commands of the group that the arguments name. */
function printCommands([first, ...rest]: readonly string[], wantsHelp: boolean, context: CommandContext): number {
  const named = first?.startsWith('-') ? undefined : first
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${named} `))
  const text = group.length > 0 ? `usage: ashlar ${named} <command>\n\n${formatList(group)}` : formatHelp()
  const [second] = rest.filter((word) => !word.startsWith('-'))
  const isKnown = named === undefined || (group.length > 0 && second === undefined)
  if (wantsHelp && isKnown) return print(context.stdout, text)
  const called = [first, ...rest].slice(0, 2).join(' ')
  return wrongUsage(context, isKnown ? 'the command is missing' : `unknown command "${called}"`, text)
}

/** Prints the error that ended a command. @returns the exit status */
function printFailure(error: unknown, entry: CommandEntry, context: CommandContext): number {
  const { code, message, faults } = toPrintedError(error)
  if (isInterruption(error)) {
    context.stderr.write(`\n${message}\n`)
    return 130
  }
  if (isUsageError(error)) return wrongUsage(context, message, formatUsage(entry))
  // An unexpected error is a bug: its stack helps to find the cause.
  const stack = code === 'UNEXPECTED' && error instanceof Error ? error.stack : undefined
  const text = stack ?? [`error ${code}: ${message}`, ...faultLines(faults)].join('\n')
  context.stderr.write(`${withoutControls(withCommandLines(text, context.environment))}\n`)
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

function formatUsage({ name, usage, summary }: CommandEntry): string {
  return `usage: ashlar ${name} ${usage}\n\n${summary}`
}

function formatHelp(): string {
  return ['usage: ashlar <command>', '', formatList(COMMANDS), '', ...ENVIRONMENT].join('\n')
}

function formatList(entries: readonly CommandEntry[]): string {
  return entries.map(({ name, usage, summary }) => `  ashlar ${name} ${usage}\n      ${summary}`).join('\n')
}

const ENVIRONMENT = [
  'settings (the environment overrides the file .env, which overrides .env.default):',
  '  HOST                       Address that the server listens on (127.0.0.1)',
  '  PORT                       Port of the server; 0 selects a free one (4000)',
  '  ASHLAR_DATA_DIR            Directory of the database, the keys and all data (.ashlar)',
  '  DATABASE_URL               Postgres server to use instead of the embedded one',
  '  ASHLAR_EXAMPLES            "false" skips the example graphs on the first start (true)',
  '  ASHLAR_RETENTION_DAYS      Number of days that execution events are kept (30)',
  '  ASHLAR_STOP_GRACE_SECONDS  Time in seconds that blocks with external effects get to finish after a stop request (30)',
  '  ASHLAR_SANDBOX_MEMORY      Target for the total memory of all sandbox processes, in MB (a quarter of the memory of the machine)',
  '  ASHLAR_SANDBOX_ISOLATION   Weakest isolation that may run third-party plugins: process, seccomp or bubblewrap (seccomp)',
  '  ASHLAR_FILES_DIR           Directory of the files of executions, shared by all workers (files, in the data directory)',
  '  ASHLAR_HTTP_ALLOW          Private hosts and networks that blocks may reach (none)',
  '  ASHLAR_LOCAL_ENDPOINTS     Local servers by provider: ai/openai-compatible=127.0.0.1:11434 (none)',
  '  ASHLAR_KEY                 Key for the server that --server names (none; requests to the server of the data directory use its owner key)',
  '  ASHLAR_SECRET_KEY          Key that encrypts credentials: 32 bytes as base64, or several keys, the newest first (one in the data directory)',
  '  ASHLAR_OAUTH_CLIENTS       OAuth clients, JSON: {"github/github": {"clientId": "…", "clientSecret": "…", "hosts": ["github.com"]}} (none)',
  '  ASHLAR_JWT                 Issuers whose JWTs authenticate callers, JSON: [{"issuer": "https://issuer.example", "audience": "…"}] (none)',
  '  ASHLAR_SIGN_UP             Who may create a user: open, invitation or closed (invitation)',
  '  SMTP_URL                   Mail server for the links of users (none: no mail is sent)',
  '  MAIL_FROM                  Sender of mails, required with SMTP_URL (none)',
  '  ASHLAR_CONFIG              The operator’s configuration file (ashlar.config.ts, if it exists)',
  '  ASHLAR_WEBSOCKETS          Maximum number of WebSockets per client address (256)',
  '  ASHLAR_COST_LIMIT          What each key may spend on operations at once, "off" for no limit (100000)',
  '  ASHLAR_COST_RESTORE_RATE   What is restored to it per second (5000)',
  '  ASHLAR_QUOTAS              Limits of accounts, JSON: {"concurrentExecutions": 100, "graphs": null} (docs/operations.md)',
  '  ASHLAR_TRUSTED_PROXIES     Proxies whose X-Forwarded-For header is trusted: 127.0.0.1,10.0.0.0/8 (none)',
  '  ASHLAR_CORS_ORIGINS        Origins whose pages may call the API with a key: https://app.example (none)',
  '  ASHLAR_PUBLIC_URL          URL at which browsers reach the server; OAuth services redirect to /oauth/callback below it (the address that it listens on)',
]

async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
