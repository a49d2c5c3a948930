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
/** The Authorization headers that the server received. */
const keys: (string | undefined)[] = []
const server = createServer((request, response) => {
  keys.push(request.headers.authorization)
  response.end('{"data":{"renewDevPlugin":{"plugin":{"packageName":"sky"},"errors":[]}}}')
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
  ['the server of the data directory receives its owner key, not ASHLAR_KEY', false, OTHER_KEY, OWNER_KEY],
  ['a server in --server receives ASHLAR_KEY', true, OTHER_KEY, OTHER_KEY],
  ['the server of the data directory receives its owner key if it is in --server', true, '', OWNER_KEY],
])('%s', async (_what, isNamed, key, shown) => {
  const environment = { ASHLAR_DATA_DIR: root.path, ASHLAR_KEY: key }
  const { api } = await findRunningServer(isNamed ? url : undefined, environment)
  await api.renewDevPlugin('sky')
  expect(keys.pop()).toBe(`Bearer ${shown}`)
})

it('prints the URL of a server that does not respond, also as JSON', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  const tarball = `${root.path}/sky.tgz`
  await writeFile(tarball, '')
  const environment = { ASHLAR_DATA_DIR: root.path, ASHLAR_KEY: OTHER_KEY, HOME: root.path }
  const args = ['plugin', 'publish', tarball, '--server', `http://127.0.0.1:${port}`, '--json']
  const { status, stdout, stderr } = await ashlarWith(environment, ...args)
  const message = `the server at http://127.0.0.1:${port}/graphql cannot be reached (ECONNREFUSED): check that the server runs and that the address is correct`
  expect([status, JSON.parse(stdout), stderr]).toEqual([
    1,
    { error: { code: 'SERVER_UNREACHABLE', message, faults: [] } },
    `error SERVER_UNREACHABLE: ${message}\n`,
  ])
})
