import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { makeReference } from './reference.ts'

describe('docs/plugins/reference.md', () => {
  it('is the output of "node tests/release/reference.ts"', async () => {
    const page = await readFile(new URL('../../docs/plugins/reference.md', import.meta.url), 'utf8')
    expect(page).toBe(await makeReference())
  })
})
