import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRuntimeFakes } from '@ashlar/core'
import { createTestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApi, createClient } from '../../client/index.ts'
import { readTestFile } from '../../graph-files/index.ts'
import { createGateway } from '../../server/index.ts'
import { runFile } from './run-file.ts'
import type { TestInstallation } from './test-installation.ts'

// Runs the tests of the example graphs as `ashlar graph test gateway/examples` does, with one runtime for all files.

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url))
const GRAPHS = globSync('**/*.json', { cwd: EXAMPLES, exclude: ['**/*.tests.json'] }).toSorted()
const OWNER_KEY = 'the-key-of-the-owner'

let installation: TestInstallation
beforeAll(async () => {
  const fakes = createRuntimeFakes()
  const runtime = await createTestRuntime({ fakes })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  const gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  const client = createClient({ url: 'http://127.0.0.1/graphql', key: OWNER_KEY, fetch: gateway.fetch })
  const close = async (): Promise<void> => {
    await gateway.close()
    await runtime.close()
  }
  installation = { api: createApi(client), client, use: fakes.use, close }
})
afterAll(() => installation.close())

it.each(GRAPHS)('the tests of the example %s pass', async (name) => {
  const file = await readTestFile(EXAMPLES + name.replace(/\.json$/, '.tests.json'))
  const { cases } = await runFile(file, file.cases, installation)
  expect(cases.length).toBeGreaterThan(0)
  expect(cases.filter(({ failure }) => failure !== undefined)).toEqual([])
})
