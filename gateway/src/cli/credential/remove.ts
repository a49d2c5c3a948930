import { parseArgs } from 'node:util'
import { AshlarError, showValue } from '@ashlar/core'
import type { ApiCredential, CredentialApi } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { commandLine } from '../../base/command-line.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connectToInstallation } from '../command/connection.ts'

/** `ashlar credential remove <provider> [--name name]` */
export async function remove(args: string[], { stderr, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { name: { type: 'string' } } })
  const [provider] = positionals
  if (provider === undefined || positionals.length > 1) throw new UsageError('specify one provider, such as "github/github"')
  const { credentials, close } = await connectToInstallation(environment, loggerTo(stderr))
  try {
    const { id, name } = await find(credentials, provider, values.name, environment)
    await credentials.remove(id)
    stderr.write(`Removed "${name}" for ${provider}.\n`)
    return 0
  } finally {
    await close()
  }
}

/** Without a name, selects the only credential of the provider. @throws {AshlarError} NOT_FOUND BAD_INPUT */
async function find(
  api: CredentialApi,
  provider: string,
  name: string | undefined,
  environment: CommandContext['environment'],
): Promise<ApiCredential> {
  const mine: ApiCredential[] = []
  for await (const each of api.credentials()) if (each.providerName === provider) mine.push(each)
  const [found, ...others] = name === undefined ? mine : mine.filter((each) => each.name === name)
  const names = mine.map((each) => showValue(each.name)).join(', ')
  if (!found)
    throw new AshlarError(
      'NOT_FOUND',
      `you have no such credential for ${provider}; ${names ? `you have ${names}` : `list them with: ${commandLine(environment, 'credential', 'list')}`}`,
    )
  if (others.length > 0)
    throw new AshlarError('BAD_INPUT', `you have ${names} for ${provider}: select the one to remove with --name`)
  return found
}
