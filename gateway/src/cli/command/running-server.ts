import { AshlarError, findServer } from '@ashlar/core'
import { createClient, createPluginApi, type PluginApi } from '../../client/index.ts'
import { commandLine } from '../../base/command-line.ts'
import { parseConfig } from '../../base/config.ts'
import { ownerKeyFile, readKey } from '../../installation/index.ts'
import { UsageError, type CommandContext } from './command.ts'

/** A server that answers, and the API as the owner of the key has it. */
interface RunningServer {
  url: string
  key: string
  api: PluginApi
}

/**
 * The server that is named, with the key in `ASHLAR_KEY`; else the one that runs on the data directory, with its owner key, which
 * is sent to no other.
 *
 * @throws {AshlarError} NOT_FOUND when none runs, UNAUTHENTICATED when there is no key for it
 */
export async function findRunningServer(
  given: string | undefined,
  environment: CommandContext['environment'],
): Promise<RunningServer> {
  const { dataDir } = parseConfig(environment)
  const own = await findServer(dataDir)
  const url = given === undefined ? own : graphqlUrl(given)
  if (url === undefined)
    throw new AshlarError(
      'NOT_FOUND',
      `no server runs on the data directory ${dataDir}: start one with: ${commandLine(environment, 'start')}, or name one with --server`,
    )
  const key = (given !== undefined && environment.ASHLAR_KEY) || (url === own ? await readKey(ownerKeyFile(dataDir)) : undefined)
  if (key === undefined)
    throw new AshlarError('UNAUTHENTICATED', `ASHLAR_KEY must hold a key for ${url}: it is not the server of this data directory`)
  return { url, key, api: createPluginApi(createClient({ url, key })) }
}

function graphqlUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError(`--server must be a url like "http://127.0.0.1:4000", got ${JSON.stringify(text)}`)
  const url = new URL(text)
  return url.pathname === '/' ? new URL('/graphql', url).href : url.href
}
