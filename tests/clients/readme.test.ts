import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type TestServer } from './server.ts'

const README = new URL('../../gateway/client/README.md', import.meta.url)
const PACKAGES = fileURLToPath(new URL('node_modules', import.meta.url))

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startServer()
  await server.createGraph('greeting')
  folder = await mkdtemp(join(tmpdir(), 'ashlar-readme-'))
  await symlink(PACKAGES, join(folder, 'node_modules'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await server.close()
})

/** Each example that imports the package, with what its comments say that it prints. */
const text = await readFile(README, 'utf8')
const examples = Array.from(
  text.matchAll(/^## (.*)\n[^#]*?```ts\n(import [^`]*(?:`[^`]+`[^`]+)*?)```/gm),
  ([, title = '', code = '']) => ({
    title,
    code,
    printed: Array.from(code.matchAll(/console\.log\(.*\/\/ (.*)$/gm), ([, line = '']) => `${line}\n`).join(''),
  }),
)

it('the README of @ashlar/client has examples', () => {
  expect(examples.map(({ title }) => title)).toEqual(['Run a graph', 'Change something', 'Follow events'])
})

it.each(examples)('the example "$title" of the README prints what it says', async ({ code, printed }) => {
  const file = join(folder, 'example.mts')
  await writeFile(file, code.replace('http://127.0.0.1:4000/graphql', server.url))
  const env = { ...process.env, ASHLAR_KEY: server.key }
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
  expect(stdout).toBe(printed)
})
