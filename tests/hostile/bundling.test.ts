import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempts, bundleDraft, legitimate, SECRET, UNRESOLVED, writePackages, type Attempt } from './bundling-attempts.ts'

/* A package that the configuration names and a draft make each attempt. */

let root: string
let folders: Map<string, string>
let runtime: TestRuntime
beforeAll(async () => {
  ;({ root, folders } = await writePackages())
  runtime = await createTestRuntime({ pluginRoots: [join(root, 'own')], pluginPackages: [...folders.values()] })
})
afterAll(async () => {
  await runtime.close()
  await rm(root, { recursive: true })
})

function findReport(title: string) {
  const name = basename(folders.get(title) ?? '')
  return runtime.plugins.reports().find(({ packageName }) => packageName === name)
}

const expectedMessage = ({ message = UNRESOLVED }: Attempt): RegExp => new RegExp(`${message.source}|${UNRESOLVED.source}`)
const CODE = expect.stringMatching(/^PLUGIN_(LOAD_FAILED|INVALID)$/) as string

describe('a package that the configuration names', () => {
  it.each(Object.entries(attempts))('does not get the secret when it %s', (title, attempt) => {
    const report = findReport(title)
    expect(`${JSON.stringify(report?.error)} ${report?.plugin?.bundle.code}`).not.toContain(SECRET)
    if (attempt.mayLoad && report?.plugin) return
    expect(report).toMatchObject({ status: 'FAILED', error: { code: CODE } })
    expect(report?.error?.message).toMatch(expectedMessage(attempt))
  })

  it.each(Object.entries(legitimate))('loads with %s', (title, { has }) => {
    const report = findReport(title)
    expect(report?.error).toBeUndefined()
    expect(report?.plugin?.bundle.code).toContain(has)
  })

  it('is confined, unlike a plugin in a source of the operator', () => {
    const report = runtime.plugins.reports().find(({ packageName }) => packageName === 'free')
    expect(report).toMatchObject({ origin: 'WORKSPACE', status: 'LOADED' })
    expect(report?.plugin?.bundle.code).toContain('a file that plugins share')
  })

  it('is reported with the location of the import and a remedy', () => {
    const title = 'imports a file by a relative path as text'
    expect(findReport(title)?.error).toEqual({
      code: 'PLUGIN_LOAD_FAILED',
      message:
        `${basename(folders.get(title) ?? '')} 1.0.0: index.js:1:20: "../../.ashlar/owner-key" is outside the package: ` +
        'a plugin may import files of its own folder and of packages that package.json declares; move the file into the package, or ' +
        'declare the package that it belongs to in "dependencies". ' +
        'Correct the package, install a version that loads, or remove it from "plugins" in the configuration file.',
    })
  })
})

describe('a draft', () => {
  it.each(Object.entries(attempts))('does not get the secret when it %s', async (title, attempt) => {
    const result: unknown = await bundleDraft(folders.get(title)).catch((error: unknown) => error)
    expect(String(result)).not.toContain(SECRET)
    if (attempt.mayLoad && typeof result === 'string') return
    expect(String(result)).toMatch(expectedMessage(attempt))
    expect(result).toMatchObject({ code: CODE })
  })

  it.each(Object.entries(legitimate))('is bundled with %s', async (title, { has }) => {
    expect((await bundleDraft(folders.get(title))).split(has)).toHaveLength(3)
  })
})
