import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntimeFakes, type GraphFakes } from '@ashlar/core'
import { createApi, createClient, type Api, type Client } from '../../client/index.ts'
import { parseConfig } from '../../base/config.ts'
import type { Logger } from '../../base/logger.ts'
import { openInstallation } from '../../installation/index.ts'
import { createGateway } from '../../server/index.ts'

/** An empty installation whose blocks reach nothing outside it. */
export interface TestInstallation {
  api: Api
  client: Client
  /** Starts a case. @throws {AshlarError} BAD_INPUT */
  use(fakes: GraphFakes): void
  close(): Promise<void>
}

/**
 * Opens an installation in a temporary directory, with its own database, the operator's plugins and a real sandbox.
 *
 * @throws {AshlarError} CONFIG_INVALID DATABASE_FAILED
 */
export async function openTestInstallation(
  environment: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): Promise<TestInstallation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ashlar-graph-test-'))
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true })
  const fakes = createRuntimeFakes()
  try {
    const { ASHLAR_FILES_DIR: _, DATABASE_URL: __, ASHLAR_SECRET_KEY: ___, ...others } = environment
    const config = parseConfig({ ...others, ASHLAR_DATA_DIR: dataDir })
    const onDatabaseLost = (reason: string): void => logger.error(reason)
    const installation = await openInstallation({ config, logger, watch: false, onDatabaseLost, fakes })
    const { runtime, ownerKey } = installation
    const gateway = createGateway({ runtime, ownerKey, logger, publicUrl: undefined })
    const client = createClient({ url: 'http://127.0.0.1/graphql', key: ownerKey, fetch: gateway.fetch })
    return {
      api: createApi(client),
      client,
      use: fakes.use,
      async close() {
        await gateway.close()
        await installation.close({ graceMs: 0 })
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
