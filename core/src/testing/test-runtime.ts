import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { fileURLToPath } from 'node:url'
import { createRuntime, type Runtime, type RuntimeConfig } from '../create-runtime.ts'
import { cloneDatabase, shareBundles, type Template } from './test-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

/** The folder of the built-in plugins. */
export const BUILTIN_PLUGINS = fileURLToPath(new URL('../../../plugins', import.meta.url))

/** Encrypts the credentials of tests. */
const TEST_SECRET_KEY = Buffer.alloc(32, 'test').toString('base64')

export interface TestRuntime extends Runtime {
  /** The id of the installation's owner. */
  ownerId: string
  /** Errors reported to `onError`. A test that expects none asserts that this is empty. */
  failures: unknown[]
}

interface TestRuntimeConfig extends Partial<RuntimeConfig> {
  /** The template of its database. @default 'WARM' */
  template?: Template
}

/** Creates a runtime with a new database. @default with the built-in plugins */
export async function createTestRuntime({ template, ...config }: TestRuntimeConfig = {}): Promise<TestRuntime> {
  const failures: unknown[] = []
  const filesDir = join(tmpdir(), `ashlar-files-${randomUUID()}`)
  const databaseUrl = config.databaseUrl ?? (await cloneDatabase(inject('postgresUrl'), template))
  const { role, pluginRoots = [BUILTIN_PLUGINS] } = config
  if (role !== 'gateway' && pluginRoots.length > 1) await shareBundles(databaseUrl, pluginRoots)
  const runtime = await createRuntime({
    pluginRoots,
    secretKeys: [TEST_SECRET_KEY],
    filesDir,
    stopGraceMs: 0,
    onError: (error) => failures.push(error),
    ...config,
    databaseUrl,
  })
  const owner = await runtime.users.ensureOwner()
  const close: Runtime['close'] = async (options) => {
    await runtime.close(options)
    await rm(filesDir, { recursive: true, force: true })
  }
  return { ...runtime, ownerId: owner.id, failures, close }
}
