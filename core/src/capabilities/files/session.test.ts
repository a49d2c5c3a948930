import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestFiles, type TestFiles, type TestFilesOptions } from '../../testing/index.ts'

const CHUNK_BYTES = 64 * 1024
let dir: string
let files: TestFiles
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ashlar-files-'))
  files = createTestFiles({ dir })
})
afterEach(async () => {
  await files.close()
  await rm(dir, { recursive: true })
})

const rejection = (code: string): unknown => expect.objectContaining({ code })
const limited = (limits: TestFilesOptions['limits'] & object): TestFiles => createTestFiles({ dir, limits })

/** Expects no incomplete files after all runs have ended. */
async function expectNothingLeft(): Promise<void> {
  await files.close()
  expect(await readdir(join(dir, 'incoming'))).toEqual([])
}

describe('a run of a block', () => {
  it('writes, finds, reads and deletes', async () => {
    const { perform, write, read } = files.run()
    const entry = { path: 'f/a', bytes: 5, modifiedAt: expect.stringMatching(/^\d{4}-.*Z$/) }
    expect(await write('f/a', 'Hello')).toEqual(entry)
    expect(await perform('files.stat', 'f/a')).toEqual(entry)
    expect(await perform('files.list', 'f', '')).toEqual([entry])
    expect(await perform('files.list', '', 'f/a')).toEqual([])
    expect(await read('f/a')).toBe('Hello')
    await perform('files.delete', 'f/a')
    expect(await perform('files.stat', 'f/a')).toBe(null)
    await expect(read('f/a')).rejects.toEqual(rejection('FILE_NOT_FOUND'))
  })

  it('reads a file in chunks of 64 KiB, one per call', async () => {
    const { perform } = files.run()
    const id = await perform('files.create', 'a')
    const chunk = Buffer.alloc(CHUNK_BYTES, 1).toString('base64')
    for (let i = 0; i < 3; i++) await perform('files.write', id, chunk)
    await perform('files.end', id)
    const opened = (await perform('files.open', 'a')) as { id: number; bytes: number }
    expect(opened.bytes).toBe(3 * CHUNK_BYTES)
    for (let i = 0; i < 3; i++) expect(await perform('files.read', opened.id)).toBe(chunk)
    expect(await perform('files.read', opened.id)).toBe(null)
    await expect(perform('files.read', opened.id)).rejects.toEqual(rejection('BAD_INPUT'))
  })

  it('shares its files only with the runs of its execution', async () => {
    const executionId = randomUUIDv7()
    await files.run({ executionId }).write('a', '1')
    expect(await files.run({ executionId }).read('a')).toBe('1')
    await expect(files.run().read('a')).rejects.toEqual(rejection('FILE_NOT_FOUND'))
  })

  it('may use files only as its manifest declares', async () => {
    const executionId = randomUUIDv7()
    const [reader, writer] = [files.run({ executionId, grant: ['read'] }), files.run({ executionId, grant: ['write'] })]
    await writer.write('a', '1')
    expect(await reader.read('a')).toBe('1')
    for (const method of ['open', 'read', 'close', 'list', 'stat'])
      await expect(writer.perform(`files.${method}`, 'a')).rejects.toEqual(rejection('CAPABILITY_MISSING'))
    for (const method of ['create', 'write', 'end', 'cancel', 'delete'])
      await expect(reader.perform(`files.${method}`, 'a')).rejects.toEqual(rejection('CAPABILITY_MISSING'))
  })

  it('leaves no open or incomplete files when it ends', async () => {
    const executionId = randomUUIDv7()
    const { perform, write, end } = files.run({ executionId })
    await write('b', '1')
    const id = await perform('files.create', 'a')
    await perform('files.write', id, 'YQ==')
    await perform('files.open', 'b')
    const late = perform('files.create', 'late')
    end()
    await expect(late).rejects.toEqual(rejection('BAD_INPUT'))
    for (const method of ['write', 'end'])
      await expect(perform(`files.${method}`, id, 'YQ==')).rejects.toEqual(rejection('BAD_INPUT'))
    for (const method of ['open', 'create', 'stat', 'delete', 'list'])
      await expect(perform(`files.${method}`, 'b')).rejects.toEqual(rejection('BAD_INPUT'))
    await expectNothingLeft()
    expect(await files.run({ executionId }).perform('files.list', '', '')).toMatchObject([{ path: 'b' }])
  })

  it('closes a file early', async () => {
    const { perform, read, write } = files.run()
    await write('a', 'old')
    const id = await perform('files.create', 'a')
    await perform('files.write', id, 'YQ==')
    await perform('files.cancel', id)
    await perform('files.cancel', id)
    await expect(perform('files.end', id)).rejects.toEqual(rejection('BAD_INPUT'))
    const { id: reading } = (await perform('files.open', 'a')) as { id: number }
    await perform('files.close', reading)
    await expect(perform('files.read', reading)).rejects.toEqual(rejection('BAD_INPUT'))
    expect(await read('a')).toBe('old')
    await expectNothingLeft()
  })

  it('has a limit of open files, per run and per owner', async () => {
    const few = limited({ maxOpen: 2, maxOpenOfOwner: 3 })
    const ownerId = randomUUID()
    const [one, two, other] = [few.run({ ownerId }), few.run({ ownerId }), few.run()]
    const results = await Promise.allSettled(['a', 'b', 'c'].map((path) => one.perform('files.create', path)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    await two.perform('files.create', 'a')
    await expect(two.perform('files.create', 'b')).rejects.toEqual(rejection('FILE_LIMIT'))
    await other.perform('files.create', 'a')
    one.end()
    await few.settled()
    const id = await two.perform('files.create', 'b')
    await two.perform('files.end', id)
    await two.perform('files.create', 'c')
    await few.close()
  })

  it('performs one operation of a file at a time', async () => {
    const { perform } = files.run()
    const id = await perform('files.create', 'a')
    const chunk = Buffer.alloc(CHUNK_BYTES).toString('base64')
    const both = await Promise.allSettled([perform('files.write', id, chunk), perform('files.write', id, chunk)])
    expect(both).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'BAD_INPUT' } }])
    await perform('files.end', id)
  })

  it('discards a file that exceeds a limit', async () => {
    const small = limited({ maxFileBytes: 10 })
    const { perform } = small.run()
    const id = await perform('files.create', 'a')
    await expect(perform('files.write', id, Buffer.alloc(11).toString('base64'))).rejects.toEqual(rejection('FILE_LIMIT'))
    await expect(perform('files.end', id)).rejects.toEqual(rejection('BAD_INPUT'))
    await expectNothingLeft()
  })
})

it.each([
  ['files.write', [1, 'YQ==']],
  ['files.read', ['1']],
  ['files.read', [1]],
  ['files.end', [undefined]],
  ['files.list', ['', 7]],
  ['files.list', ['', 'a'.repeat(2000)]],
  ['files.rename', ['a', 'b']],
  ['files.__proto__', []],
])('rejects %s with %j', async (method, args) => {
  await expect(files.run().perform(method, ...args)).rejects.toEqual(rejection('BAD_INPUT'))
})

it.each([[7], [null], ['!'], ['a'.repeat(100_000)], ['YQ==\n']])('rejects the chunk %j', async (chunk) => {
  const { perform } = files.run()
  const id = await perform('files.create', 'a')
  await expect(perform('files.write', id, chunk)).rejects.toEqual(rejection('BAD_INPUT'))
  await perform('files.cancel', id)
})
