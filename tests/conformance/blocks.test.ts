import { testBlocks, type Plugin } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const loaded = (): Plugin[] => runtime.plugins.reports().flatMap(({ plugin }) => plugin ?? [])

describe('the built-in plugins', () => {
  it('have at least 30 blocks', () => {
    expect(runtime.plugins.reports().filter(({ status }) => status === 'FAILED')).toEqual([])
    expect(loaded().map(({ name }) => name)).toEqual([
      'data',
      'dictionary',
      'files',
      'http',
      'io',
      'list',
      'logic',
      'loop',
      'math',
      'storage',
      'text',
      'time',
    ])
    expect(runtime.plugins.blocks().length).toBeGreaterThanOrEqual(30)
  })

  it('have a description, synonyms and a test for every block', () => {
    const incomplete = runtime.plugins
      .blocks()
      .filter(({ description, synonyms, tests }) => description === '' || synonyms.length === 0 || tests.length === 0)
    expect(incomplete.map(({ qualifiedName }) => qualifiedName)).toEqual([])
  })

  it('pass their tests in the sandbox twice, without state between calls', async () => {
    for (let round = 0; round < 2; round++) {
      const { sandbox } = runtime
      if (!sandbox) throw new Error('a runtime with the role "all" has a sandbox')
      const results = await Promise.all(loaded().map((plugin) => testBlocks(plugin, sandbox)))
      expect(results.flat().filter(({ difference }) => difference !== undefined)).toEqual([])
      expect(results.flat().length).toBeGreaterThanOrEqual(runtime.plugins.blocks().length)
    }
  })
})
