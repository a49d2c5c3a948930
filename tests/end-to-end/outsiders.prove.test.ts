import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestRuntime, startTestService, type TestRuntime, type TestService } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../release/build-packages.ts'

const run = promisify(execFile)
const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url))
const ASHLAR = fileURLToPath(new URL('../../gateway/src/bin.ts', import.meta.url))

let folder: string
let tarballs: Record<string, string>
let service: TestService
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-outsider-'))
  service = await startTestService()
  const oauthClients = { 'board/board': { clientId: 'the client', clientSecret: 'cl13nt:s3cret' } }
  ;[runtime] = await Promise.all([
    createTestRuntime({ httpAllow: ['127.0.0.1'], oauthClients }),
    buildPackages(join(folder, 'packages')),
  ])
  await run('npm', ['pack', '--silent', '--pack-destination', folder, './packages/sdk', './packages/testing'], { cwd: folder })
  tarballs = Object.fromEntries(
    (await readdir(folder)).map((file) => [/^ashlar-(\w+)-.*\.tgz$/.exec(file)?.[1], join(folder, file)]),
  )
})
afterAll(async () => {
  await runtime.close()
  await service.close()
  await rm(folder, { recursive: true })
})

/** Installs a plugin outside the workspace, with the packed packages and its dependencies from the registry. */
async function install(name: string): Promise<string> {
  const home = join(folder, name)
  await cp(join(FIXTURES, `${name}-plugin`), home, { recursive: true })
  const file = join(home, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { devDependencies: Record<string, string> }
  Object.assign(manifest.devDependencies, {
    '@ashlar/sdk': `file:${tarballs.sdk}`,
    '@ashlar/testing': `file:${tarballs.testing}`,
  })
  await writeFile(file, JSON.stringify(manifest))
  // As in a package from "plugin create". In the repository, this name does not resolve.
  const tsconfig = join(home, 'tsconfig.json')
  const settings = await readFile(tsconfig, 'utf8')
  await writeFile(tsconfig, settings.replace('"types": []', '"types": ["@ashlar/sdk/sandbox"]'))
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--silent'], { cwd: home })
  return home
}

/** Publishes and installs a plugin like its author, so that only the content of the tarball is used. */
async function publish(home: string, packageName: string): Promise<void> {
  const tarball = join(home, 'plugin.tgz')
  await run(process.execPath, [ASHLAR, 'plugin', 'pack', home, '--output', tarball])
  await runtime.pluginStore.publish(runtime.ownerId, { tarball: await readFile(tarball) })
  await runtime.pluginStore.install(runtime.ownerId, packageName)
}

/** @returns what the block yielded, or the error with which it failed */
async function runBlock(block: string, inputs: object): Promise<unknown[]> {
  const { id } = await runtime.executions.runBlock(runtime.ownerId, { block, inputs })
  const results: unknown[] = []
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type === 'NodeOutput') results.push([event.pin, event.value])
    if (event.type === 'NodeFinished' && event.error) results.push(event.error)
  }
  return results
}

describe.each(['markdown', 'board'])('the plugin %s, with the packed packages only,', (name) => {
  it('compiles and passes its tests in a sandbox', async () => {
    const home = await install(name)
    await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: home })
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'src/blocks.test.ts'], { cwd: home })
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(stdout).toMatch(/^# pass [1-9]/m)
  })
})

it('publishes, installs and runs a block with a bundled library', async () => {
  await publish(join(folder, 'markdown'), 'ashlar-plugin-markdown')
  expect(await runBlock('marked/render', { markdown: '- [x] *done*' })).toEqual([
    ['html', '<ul>\n<li><input checked="" disabled="" type="checkbox"> <em>done</em></li>\n</ul>\n'],
  ])
})

it('a block with a provider uses the access that the user has granted', async () => {
  const home = join(folder, 'board')
  const source = join(home, 'src', 'board.ts')
  await writeFile(source, (await readFile(source, 'utf8')).replace('https://board.example', service.url))
  await publish(home, 'ashlar-plugin-board')
  const missing = {
    code: 'CREDENTIAL_MISSING',
    message:
      'a credential for board/board is needed, and you have none: ' +
      'add one with the mutation addCredential (startAuthorization for OAuth 2) or the command: ashlar credential add board/board',
  }
  expect(await runBlock('board/read', {})).toEqual([missing])

  const redirectUri = 'http://127.0.0.1:4000/oauth/callback'
  const authorize = async (scopes: string[]): Promise<void> => {
    const request = { provider: 'board/board', redirectUri, scopes }
    const back = await service.grant((await runtime.authorizations.start(runtime.ownerId, request)).url)
    await runtime.authorizations.finish(runtime.ownerId, Object.fromEntries(back.searchParams))
  }
  await authorize(['read'])
  expect(await runBlock('board/read', {})).toEqual([['text', expect.stringMatching(/^you are Bearer \*+, you say $/)]])
  expect(await runBlock('board/post', { notice: 'Lost: a cat' })).toEqual([
    expect.objectContaining({ code: 'CREDENTIAL_MISSING' }),
  ])
  await authorize(['read', 'write'])
  const posted = [['answer', expect.stringMatching(/^you are Bearer \*+, you say Lost: a cat$/)]]
  expect(await runBlock('board/post', { notice: 'Lost: a cat' })).toEqual(posted)
  expect(service.received.token.map((each) => each.get('grant_type'))).toEqual(['authorization_code', 'authorization_code'])
})
