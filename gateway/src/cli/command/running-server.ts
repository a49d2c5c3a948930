import { AshlarError, findServer } from '@ashlar/core'
import { createClient, createPluginApi, type PluginApi } from '../../client/index.ts'
import { commandLine } from '../../base/command-line.ts'
import { parseConfig } from '../../base/config.ts'
import { ownerKeyFile, readKey } from '../../installation/index.ts'
import { UsageError, type CommandContext } from './command.ts'

/** A running server, and its API with the rights of the key. */
interface RunningServer {
  url: string
  key: string
  api: PluginApi
}

/**
 * Returns the given server with the key in `ASHLAR_KEY`, or the server of the data directory with its owner key. The
 * owner key is never sent to another server.
 *
 * @throws {AshlarError} NOT_FOUND when no server runs, UNAUTHENTICATED without a key for the server
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
      `no server is running on the data directory ${dataDir}: start one with ${commandLine(environment, 'start')}, or specify one with --server`,
    )
  const key = (given !== undefined && environment.ASHLAR_KEY) || (url === own ? await readKey(ownerKeyFile(dataDir)) : undefined)
  if (key === undefined)
    throw new AshlarError(
      'UNAUTHENTICATED',
      `ASHLAR_KEY must contain a key for ${url}, which is not the server of this data directory`,
    )
  return { url, key, api: createPluginApi(createClient({ url, key })) }
}

function graphqlUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError(`--server must be a URL like "http://127.0.0.1:4000", got ${JSON.stringify(text)}`)
  const url = new URL(text)
  return url.pathname === '/' ? new URL('/graphql', url).href : url.href
}
