import { readFile } from 'node:fs/promises'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import FACTS from './blocks.json' with { type: 'json' }

const PAGE = new URL('../../../docs/plugins/autogpt-blocks.md', import.meta.url)

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'worker' })
})
afterAll(() => runtime.close())

it('the page lists each block with its name and what it waits for', async () => {
  const [, table = ''] = /## The blocks\n\n\|.*\n\|.*\n((?:\|.*\n)+)/.exec(await readFile(PAGE, 'utf8')) ?? []
  const rows = table.trim().split('\n')
  const listed = rows.map((row) =>
    row
      .slice(2, -2)
      .split('|')
      .map((cell) => cell.trim()),
  )
  const expected = Object.entries(FACTS).map(([id, { name }]) => {
    const block = runtime.plugins.block(id)
    return [name, `\`${block?.qualifiedName}\``, block?.unavailable ?? '']
  })
  expect(listed).toEqual(expected)
})
