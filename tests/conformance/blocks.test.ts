import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import lucide from '@iconify-json/lucide/icons.json' with { type: 'json' }
import { testBlocks, type BlockTestResult, type Plugin } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url))
const ICONS = new Set([...Object.keys(lucide.icons), ...Object.keys(lucide.aliases)])
/** The number of plugins that are tested at the same time. More would not finish earlier on two cores. */
const AT_ONCE = 2

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const loaded = (): Plugin[] => runtime.plugins.reports().flatMap(({ plugin }) => plugin ?? [])

describe('the built-in plugins', () => {
  it('all load', async () => {
    expect(runtime.plugins.reports().filter(({ status }) => status === 'FAILED')).toEqual([])
    const folders = (await readdir(PLUGINS, { withFileTypes: true })).filter((each) => each.isDirectory() && each.name !== 'sdk')
    expect(loaded().map(({ name }) => name)).toEqual(folders.map(({ name }) => name).toSorted())
  })

  it('have a description, synonyms and a test for every block', () => {
    const incomplete = runtime.plugins
      .blocks()
      .filter(
        ({ unavailable, ...block }) =>
          block.description === '' || block.synonyms.length === 0 || !(unavailable ?? block.tests[0]),
      )
    expect(incomplete.map(({ qualifiedName }) => qualifiedName)).toEqual([])
  })

  it('have an icon of the Lucide set for every block', () => {
    const others = runtime.plugins.blocks().filter(({ icon }) => icon === 'box' || !ICONS.has(icon))
    expect(others.map(({ qualifiedName, icon }) => [qualifiedName, icon])).toEqual([])
  })

  it('pass their tests in the sandbox twice, without state between calls', { timeout: 240_000 }, async () => {
    const { sandbox } = runtime
    if (!sandbox) throw new Error('a runtime with the role "all" has a sandbox')
    const results: BlockTestResult[] = []
    // All plugins at once would exceed the time limit of a test on a small machine.
    const waiting = loaded().values()
    const testNext = async (): Promise<void> => {
      for (const plugin of waiting) results.push(...(await testBlocks(plugin, sandbox, { rounds: 2 })))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, testNext))
    const differences = results.flatMap(({ block, test, difference }) => (difference ? `${block}, ${test}: ${difference}` : []))
    expect(differences.join('\n')).toBe('')
    expect(results.length).toBeGreaterThanOrEqual(2 * runtime.plugins.blocks().length)
  })
})
