import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createClient, type Client } from '@ashlar/client'
import { print } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GREETING, startServer, type TestServer } from '../server.ts'

const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
const GENERATE = fileURLToPath(new URL('generate.ts', import.meta.url))

interface Usage {
  use(client: Client, document: object): Promise<unknown>
}

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  await server.createGraph('first')
})
afterAll(() => server.close())

/** Runs a program of Node. @throws with what it printed */
async function run(program: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [program, ...args]).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(stdout + stderr, { cause: error })
  })
}

describe.each(['string', 'documentNode'] as const)('GraphQL Code Generator with documents of the kind %s', (mode) => {
  it('generates types that agree with @ashlar/client, and documents that it runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-codegen-'))
    try {
      await run(GENERATE, folder, mode)
      await run(TSC, '-p', folder)
      const { use } = (await import(pathToFileURL(join(folder, 'usage.ts')).href)) as Usage
      expect(await use(createClient({ url: server.url, key: server.key, print }), GREETING)).toEqual({
        names: ['generated', expect.any(String)],
        outputs: expect.arrayContaining(['greet.output']),
        status: 'COMPLETED',
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
