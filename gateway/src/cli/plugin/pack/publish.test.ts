import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '../../../client/index.ts'
import { createGateway, type Gateway } from '../../../server/index.ts'
import { ashlar, ashlarWith, createTestFolder, installFromWorkspace } from '../../../testing/test-plugin.ts'

const OWNER_KEY = 'the-key-of-the-owner'
let root: Awaited<ReturnType<typeof createTestFolder>>
let folder: string
let runtime: TestRuntime
let gateway: Gateway
let url: string
let environment: Record<string, string>
beforeAll(async () => {
  root = await createTestFolder()
  folder = join(root.path, 'sky')
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  url = await gateway.listen(0)
  environment = { ASHLAR_KEY: OWNER_KEY, HOME: root.path }
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await root.remove()
})

it('publishes a new plugin with a signature to the store of a server, which runs its blocks', async () => {
  const tarball = join(root.path, 'sky.tgz')
  for (const [command, ...more] of [['create', '--yes'], ['test'], ['check'], ['pack', '-o', tarball], ['docs']] as const) {
    expect(await ashlar('plugin', command, folder, ...more)).toMatchObject({ status: 0, stderr: '' })
    if (command === 'create') await installFromWorkspace(folder)
  }
  const key = await ashlarWith(environment, 'plugin', 'key', '--json')
  const { file, keyId } = JSON.parse(key.stdout) as { file: string; keyId: string }
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const published = await ashlarWith(environment, 'plugin', 'publish', tarball, '--server', new URL(url).origin, '--json')
  expect(published).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(published.stdout)).toMatchObject({
    server: url,
    packageName: 'ashlar-plugin-sky',
    version: '0.1.0',
    status: 'PUBLISHED',
    signature: { keyId },
    report: { tests: { total: 5, blocksWithout: [] }, licence: 'MIT' },
  })
  const again = await ashlarWith(environment, 'plugin', 'publish', folder, '--server', url)
  expect(again.stdout).toContain('✓ ashlar-plugin-sky 0.1.0 published to')
  expect(again.stdout).toContain('! uses       http: GET api.github.com/repos/*')
  const client = createClient({ url, key: OWNER_KEY })
  await client.request(`mutation { installPlugin(input: { packageName: "ashlar-plugin-sky" }) { __typename } }`)
  const { runBlock } = (await client.request(
    `mutation { runBlock(input: { block: "sky/slugify", inputs: { text: "A b" } }) { execution { id } } }`,
  )) as { runBlock: { execution: { id: string } } }
  const outputs: unknown[] = []
  const source = `subscription ($id: ID!) { executionEvents(executionId: $id) { __typename ... on NodeOutput { pin value } } }`
  for await (const data of client.subscribe(source, { id: runBlock.execution.id }, new AbortController().signal)) {
    const { executionEvents: event } = data as { executionEvents: { __typename: string } }
    if (event.__typename === 'NodeOutput') outputs.push(event)
    if (event.__typename === 'ExecutionFinished') break
  }
  expect(outputs).toEqual([{ __typename: 'NodeOutput', pin: 'slug', value: 'a-b' }])
})

it('prints the error of the server', async () => {
  const index = join(folder, 'src/slugify.ts')
  await writeFile(index, (await readFile(index, 'utf8')).replace(`'creme-brulee-twice'`, `'other'`))
  const manifest = join(folder, 'package.json')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('0.1.0', '0.2.0'))
  const { status, stdout, stderr } = await ashlarWith(environment, 'plugin', 'publish', folder, '--server', url, '--json')
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^error TESTS_FAILED: /)])
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'TESTS_FAILED' } })
})

it('does not replace an existing key and rejects other kinds of keys', async () => {
  const { stderr } = await ashlarWith(environment, 'plugin', 'key')
  expect(stderr).toMatch(/^error CONFLICT: .*plugin-key\.pem already exists/)
  const wrong = join(root.path, 'wrong.pem')
  await writeFile(wrong, 'not a key')
  for (const [file, code] of [
    [wrong, 'SIGNATURE_INVALID'],
    [join(root.path, 'none.pem'), 'NOT_FOUND'],
  ] as const)
    expect((await ashlarWith(environment, 'plugin', 'publish', folder, '--server', url, '--key', file)).stderr).toMatch(
      new RegExp(`^error ${code}: `),
    )
})

it.skipIf(process.platform === 'win32')('passes the tarball to npm', async () => {
  const bin = join(root.path, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'npm'), '#!/bin/sh\necho "$1 $(basename "$2")"\ntar -tzf "$2" | wc -l\n')
  await chmod(join(bin, 'npm'), 0o755)
  const path = `${bin}${delimiter}${process.env.PATH ?? ''}`
  const { status, stdout, stderr } = await ashlarWith({ PATH: path }, 'plugin', 'publish', folder, '--npm')
  expect([status, stdout]).toEqual([0, '✓ ashlar-plugin-sky 0.2.0 published to npm\n'])
  expect(stderr).toMatch(/^publish ashlar-plugin-sky-0\.2\.0\.tgz\n\s*7\n$/)
  expect((await ashlar('plugin', 'publish', folder, '--npm', '--key', 'x')).status).toBe(2)
})
