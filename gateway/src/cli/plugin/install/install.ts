import { parseArgs } from 'node:util'
import { UsageError, type CommandContext } from '../../command/command.ts'
import { findRunningServer } from '../../command/running-server.ts'
import { createTerminal, plain } from '../../command/terminal.ts'

const OPTIONS = { server: { type: 'string' }, account: { type: 'string' }, json: { type: 'boolean' } } as const

/** `ashlar plugin install <package> [--version number] [--account id] [--server url] [--json]` */
export async function install(args: string[], { stdout, environment }: CommandContext): Promise<number> {
  const options = { ...OPTIONS, version: { type: 'string' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const packageName = parsePackage(positionals)
  const { url, api } = await findRunningServer(values.server, environment)
  const { account: accountId, version } = values
  const plugin = await api.install({ packageName, ...(version !== undefined && { version }), ...(accountId && { accountId }) })
  if (values.json) stdout.write(`${JSON.stringify({ server: url, ...plugin }, null, 2)}\n`)
  else printDone(stdout, environment, `${packageName} ${plugin.installedVersion} installed ${describePlace(plugin)} on ${url}`)
  return 0
}

/** `ashlar plugin uninstall <package> [--account id] [--server url] [--json]` */
export async function uninstall(args: string[], { stdout, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  const packageName = parsePackage(positionals)
  const { url, api } = await findRunningServer(values.server, environment)
  const { account: accountId } = values
  await api.uninstall({ packageName, ...(accountId && { accountId }) })
  if (values.json) stdout.write(`${JSON.stringify({ server: url, packageName }, null, 2)}\n`)
  else printDone(stdout, environment, `${packageName} uninstalled on ${url}`)
  return 0
}

function parsePackage([packageName, ...others]: string[]): string {
  if (packageName !== undefined && others.length === 0) return packageName
  throw new UsageError('specify one published package, such as "ashlar-plugin-weather"')
}

function describePlace({ account }: { account: { name: string } | null }): string {
  return account ? `in the account ${account.name}` : 'for all accounts'
}

function printDone(stdout: CommandContext['stdout'], environment: CommandContext['environment'], text: string): void {
  const terminal = createTerminal(stdout, environment)
  terminal.line(`${terminal.style('green', '✓')} ${plain(text)}`)
}
