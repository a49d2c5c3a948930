import { setTimeout as pause } from 'node:timers/promises'
import { AshlarError, findServer } from '@ashlar/core'
import { createApi, createClient, createCredentialApi, type Api, type Client, type CredentialApi } from '../../client/index.ts'
import { parseConfig, type Config } from '../../base/config.ts'
import { openInstallation, ownerKeyFile, readKey } from '../../installation/index.ts'
import type { Logger } from '../../base/logger.ts'
import { createGateway } from '../../server/index.ts'

/** The API of the installation of a data directory. */
export interface Connection {
  api: Api
  credentials: CredentialApi
  close(): Promise<void>
}

/** So long a server that holds the data directory may take until it answers. */
const STARTING_MS = 20_000
const LOOK_EVERY_MS = 100

/**
 * Talks to the server that runs on the data directory; where none runs, brings the runtime up in this process, without
 * a port.
 *
 * @throws {AshlarError} CONFIG_INVALID DATA_DIR_IN_USE DATA_DIR_UNUSABLE DATABASE_FAILED DATABASE_UNREACHABLE
 */
export async function connect(environment: Readonly<Record<string, string | undefined>>, logger: Logger): Promise<Connection> {
  const config = parseConfig(environment)
  for (const givenUpAt = Date.now() + STARTING_MS; ; await pause(LOOK_EVERY_MS)) {
    const url = await findServer(config.dataDir)
    if (url !== undefined) return connectToServer(url, config)
    try {
      return await connectInProcess(config, logger)
    } catch (error) {
      const isStarting = error instanceof AshlarError && error.code === 'DATA_DIR_IN_USE' && error.details.url === undefined
      if (!isStarting || Date.now() > givenUpAt) throw error
    }
  }
}

async function connectToServer(url: string, config: Config): Promise<Connection> {
  const key = await readKey(ownerKeyFile(config.dataDir))
  return { ...apisOf(createClient({ url, key })), close: async () => undefined }
}

async function connectInProcess(config: Config, logger: Logger): Promise<Connection> {
  const onDatabaseLost = (reason: string): void => logger.error(reason)
  const installation = await openInstallation({ config, logger, watch: false, onDatabaseLost })
  const { runtime, ownerKey } = installation
  const gateway = createGateway({ runtime, ownerKey, logger, publicUrl: config.publicUrl })
  const client = createClient({ url: 'http://127.0.0.1/graphql', key: ownerKey, fetch: gateway.fetch })
  return {
    ...apisOf(client),
    async close() {
      await gateway.close()
      await installation.close()
    },
  }
}

function apisOf(client: Client): Omit<Connection, 'close'> {
  return { api: createApi(client), credentials: createCredentialApi(client) }
}
