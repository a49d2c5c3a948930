import { setTimeout as pause } from 'node:timers/promises'
import { AshlarError, findServer } from '@ashlar/core'
import {
  createApi,
  createClient,
  createCredentialApi,
  createRecordingApi,
  type Api,
  type Client,
  type CredentialApi,
  type RecordingApi,
} from '../../client/index.ts'
import { exists } from '../../base/exists.ts'
import { parseConfig, type Config } from '../../base/config.ts'
import { openInstallation, ownerKeyFile, readKey } from '../../installation/index.ts'
import type { Logger } from '../../base/logger.ts'
import { createGateway } from '../../server/index.ts'

/** A connection to the API of an installation. */
export interface Connection {
  api: Api
  credentials: CredentialApi
  recording: RecordingApi
  close(): Promise<void>
}

/** How long a server that has locked the data directory may take to start. */
const STARTING_MS = 20_000
const POLL_EVERY_MS = 100

/**
 * Connects to the server that runs on the data directory. If no server runs, starts the runtime in this process,
 * without a port.
 *
 * @throws {AshlarError} CONFIG_INVALID DATA_DIR_IN_USE DATA_DIR_UNUSABLE DATABASE_FAILED DATABASE_UNREACHABLE
 */
export async function connect(environment: Environment, logger: Logger): Promise<Connection> {
  const config = parseConfig(environment)
  for (const givenUpAt = Date.now() + STARTING_MS; ; await pause(POLL_EVERY_MS)) {
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

/**
 * The same for a command that only uses what an installation has: creates none.
 *
 * @throws {AshlarError} NOT_FOUND when the data directory does not exist
 */
export async function connectToInstallation(environment: Environment, logger: Logger): Promise<Connection> {
  const { dataDir, databaseUrl } = parseConfig(environment)
  if (databaseUrl === undefined && !(await exists(dataDir))) {
    const place = environment.ASHLAR_DATA_DIR === undefined ? `no "${dataDir}" in this directory` : `no directory "${dataDir}"`
    const remedy = 'run the command where Ashlar was started, or set ASHLAR_DATA_DIR to the data directory of the server'
    throw new AshlarError('NOT_FOUND', `there is ${place}: ${remedy}`)
  }
  return connect(environment, logger)
}

type Environment = Readonly<Record<string, string | undefined>>

async function connectToServer(url: string, config: Config): Promise<Connection> {
  const key = await readKey(ownerKeyFile(config.dataDir))
  return { ...createApis(createClient({ url, key })), close: async () => undefined }
}

async function connectInProcess(config: Config, logger: Logger): Promise<Connection> {
  const onDatabaseLost = (reason: string): void => logger.error(reason)
  const installation = await openInstallation({ config, logger, watch: false, onDatabaseLost })
  const { runtime, ownerKey } = installation
  const gateway = createGateway({ runtime, ownerKey, logger, publicUrl: config.publicUrl })
  const client = createClient({ url: 'http://127.0.0.1/graphql', key: ownerKey, fetch: gateway.fetch })
  return {
    ...createApis(client),
    async close() {
      await gateway.close()
      await installation.close()
    },
  }
}

function createApis(client: Client): Omit<Connection, 'close'> {
  return { api: createApi(client), credentials: createCredentialApi(client), recording: createRecordingApi(client) }
}
