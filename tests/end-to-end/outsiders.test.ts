import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../release/build-packages.ts'

const run = promisify(execFile)
const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url))

let folder: string
let tarballs: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-outsider-'))
  await buildPackages(join(folder, 'packages'))
  await run('npm', ['pack', '--silent', '--pack-destination', folder, './packages/sdk', './packages/testing'], { cwd: folder })
  tarballs = Object.fromEntries(
    (await readdir(folder)).map((file) => [/^ashlar-(\w+)-.*\.tgz$/.exec(file)?.[1], join(folder, file)]),
  )
})
afterAll(() => rm(folder, { recursive: true }))

/** Puts a fixture where no workspace is, with the packed packages and what it needs from the registry. */
async function install(fixture: string): Promise<string> {
  const home = join(folder, fixture)
  await cp(join(FIXTURES, fixture), home, { recursive: true })
  const file = join(home, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { devDependencies: Record<string, string> }
  Object.assign(manifest.devDependencies, {
    '@ashlar/sdk': `file:${tarballs.sdk}`,
    '@ashlar/testing': `file:${tarballs.testing}`,
  })
  await writeFile(file, JSON.stringify(manifest))
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--silent'], { cwd: home })
  return home
}

describe.each(['markdown-plugin'])('%s, which knows the packed packages only,', (fixture) => {
  it('compiles, passes its tests in a sandbox, and runs here', async () => {
    const home = await install(fixture)
    await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: home })
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'src/blocks.test.ts'], { cwd: home })
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(stdout).toMatch(/^# pass [1-9]/m)
    const runtime = await createTestRuntime({ pluginRoots: [folder] })
    const report = runtime.plugins
      .reports()
      .find(({ packageName }) => packageName === `ashlar-plugin-${fixture.replace('-plugin', '')}`)
    await runtime.close()
    expect(report).toMatchObject({ status: 'LOADED', version: '1.0.0' })
  })
})
