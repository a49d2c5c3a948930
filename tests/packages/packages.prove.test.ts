import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { createSandbox } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PackageCase } from './case.ts'
import { dataCases, flowCases, formatCases, textCases } from './cases/index.ts'
import { listExcluded } from './excluded.ts'
import { runPackage } from './run-package.ts'
import { packageTable, replaceTable, type PackageResult } from './table.ts'

const FOLDER = fileURLToPath(new URL('installed', import.meta.url))
const PAGE = fileURLToPath(new URL('../../docs/plugins/packages.md', import.meta.url))
const MIN_RUNNING = 108
const CASES = [...dataCases, ...flowCases, ...formatCases, ...textCases]

const NAMES_ALTERNATIVE = / is not available in a sandbox: | in a sandbox: use /

let ranked: readonly string[]
let sandbox: Awaited<ReturnType<typeof createSandbox>>
const results = new Map<string, PackageResult>()
beforeAll(async () => {
  const args = ['--yes', 'pnpm@12', 'install', '--frozen-lockfile', '--ignore-scripts', '--prefer-offline']
  execFileSync('npx', args, { cwd: FOLDER, stdio: 'pipe' })
  const list = (await import(join(FOLDER, 'node_modules/npm-high-impact/index.js'))) as { npmTopDownloads: string[] }
  ranked = list.npmTopDownloads
  sandbox = await createSandbox({ processes: 1 })
}, 300_000)
afterAll(() => sandbox.close())

it('the table has the first 120 packages by downloads, without those that are excluded for a reason', () => {
  const excluded = listExcluded()
  const names = CASES.map(([name]) => name)
  const last = Math.max(...names.map((name) => ranked.indexOf(name)))
  expect(names).toHaveLength(120)
  expect(ranked.slice(0, last + 1).toSorted()).toEqual([...names, ...excluded].toSorted())
})

it.each(CASES)('%s runs, or its message names an alternative', async (...use) => {
  const [name, , , expected] = use
  const { version } = JSON.parse(await readFile(join(FOLDER, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string
  }
  const result = { name, version, rank: ranked.indexOf(name) + 1 }
  const { value, message } = await attempt(use)
  expect(message === undefined ? isDeepStrictEqual(value, expected) || value : NAMES_ALTERNATIVE.test(message) || message).toBe(
    true,
  )
  results.set(name, { ...result, ...(message !== undefined && { message }) })
})

it('at least 108 of them run', () => {
  expect([...results.values()].filter(({ message }) => message === undefined).length).toBeGreaterThanOrEqual(MIN_RUNNING)
})

it('docs/plugins/packages.md contains the results', async () => {
  const page = await readFile(PAGE, 'utf8')
  await expect(replaceTable(page, packageTable([...results.values()]))).toMatchFileSnapshot(PAGE)
})

async function attempt(use: PackageCase): Promise<{ value?: unknown; message?: string | undefined }> {
  try {
    return { value: await runPackage(use, FOLDER, sandbox), message: undefined }
  } catch (error) {
    return { value: undefined, message: errorMessage(error) }
  }
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
