import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureKey, readKey } from './key-file.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-key-'))
  file = join(folder, 'owner-key')
})
afterEach(() => rm(folder, { recursive: true }))

it('contains 32 random bytes that only its owner can read', async () => {
  const key = await ensureKey(file)
  expect(key).toMatch(/^[\w-]{43}$/)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await ensureKey(file)).toBe(key)
  expect(await readFile(file, 'utf8')).toBe(`${key}\n`)
})

it('accepts an existing key', async () => {
  await writeFile(file, 'a-key-that-came-from-a-secret-store-0001')
  expect(await ensureKey(file)).toBe('a-key-that-came-from-a-secret-store-0001')
})

it.each(['', 'short', `${'x'.repeat(40)} ${'y'.repeat(40)}`])('rejects the content %j without repeating it', async (text) => {
  await writeFile(file, text)
  await expect(ensureKey(file)).rejects.toMatchObject({
    code: 'DATA_DIR_UNUSABLE',
    message:
      'the file owner-key of the data directory cannot be used: it must hold at least 32 letters, digits, "-" or "_": delete it, and the next start creates a new one',
  })
})

it('reports a missing file', async () => {
  await expect(readKey(file)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
})
