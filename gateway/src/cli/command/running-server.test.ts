import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openDataDir } from '@ashlar/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findRunningServer } from './running-server.ts'
import { ashlarWith, createTestFolder } from '../../testing/test-plugin.ts'

const OWNER_KEY = 'the-key-of-the-owner-of-the-data-directory'
const OTHER_KEY = 'a-key-of-another-server'
let root: Awaited<ReturnType<typeof createTestFolder>>
let dataDir: Awaited<ReturnType<typeof openDataDir>>
let url: string
/** What the server was shown. */
const keys: (string | undefined)[] = []
const server = createServer((request, response) => {
  keys.push(request.headers.authorization)
  response.end('{"data":{"renewDevPlugin":{"packageName":"sky"}}}')
})
beforeAll(async () => {
  root = await createTestFolder()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  dataDir = await openDataDir(root.path)
  await dataDir.setServer(url)
  await writeFile(dataDir.ownerKeyFile, OWNER_KEY)
})
afterAll(async () => {
  await dataDir.release()
  server.close()
  await root.remove()
})

it.each([
  ['the server of the data directory gets its owner key, whatever ASHLAR_KEY is', false, OTHER_KEY, OWNER_KEY],
  ['a server that is named gets ASHLAR_KEY', true, OTHER_KEY, OTHER_KEY],
  ['the server of the data directory gets its owner key where it is named too', true, '', OWNER_KEY],
])('%s', async (_what, isNamed, key, shown) => {
  const environment = { ASHLAR_DATA_DIR: root.path, ASHLAR_KEY: key }
  const { api } = await findRunningServer(isNamed ? url : undefined, environment)
  await api.renewDevPlugin('sky')
  expect(keys.pop()).toBe(`Bearer ${shown}`)
})

it('that none answers is told with its url, as JSON too', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  await once(gone, 'close')
  const tarball = `${root.path}/sky.tgz`
  await writeFile(tarball, '')
  const environment = { ASHLAR_DATA_DIR: root.path, ASHLAR_KEY: OTHER_KEY, HOME: root.path }
  const args = ['plugin', 'publish', tarball, '--server', `http://127.0.0.1:${port}`, '--json']
  const { status, stdout, stderr } = await ashlarWith(environment, ...args)
  const message = `the server at http://127.0.0.1:${port}/graphql cannot be reached (ECONNREFUSED): check that it runs, and that the address is right`
  expect([status, JSON.parse(stdout), stderr]).toEqual([
    1,
    { error: { code: 'SERVER_UNREACHABLE', message, faults: [] } },
    `error SERVER_UNREACHABLE: ${message}\n`,
  ])
})
