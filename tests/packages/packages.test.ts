import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSandbox } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataCases, flowCases, formatCases, textCases } from './cases/index.ts'
import { runPackage } from './run-package.ts'

/** Packages of the table in docs/plugins/packages.md that this repository uses itself, so no test installs them. */
const INSTALLED = ['ajv', 'ipaddr.js', 'pako', 'readable-stream', 'semver', 'tr46', 'whatwg-mimetype', 'whatwg-url']
const CASES = [...dataCases, ...flowCases, ...formatCases, ...textCases].filter(([name]) => INSTALLED.includes(name))

let sandbox: Awaited<ReturnType<typeof createSandbox>>
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-packages-'))
  await symlink(fileURLToPath(new URL('../../core/node_modules', import.meta.url)), join(folder, 'node_modules'))
  sandbox = await createSandbox({ processes: 1 })
})
afterAll(async () => {
  await sandbox.close()
  await rm(folder, { recursive: true })
})

it.each(CASES)('%s runs in a block', async (...use) => {
  expect(await runPackage(use, folder, sandbox)).toEqual(use[3])
})
