import { randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { uuidAt } from '../testing/index.ts'
import { createFolderStore } from './folder-store.ts'
import { CHUNK_BYTES, type WorkspaceLimits } from './limits.ts'
import type { FileReader, Workspace, WorkspaceStore } from './workspace.ts'

const LIMITS = { maxFileBytes: 1000, maxWorkspaceBytes: 2500, maxEntries: 6 }
const DAY_MS = 24 * 3600_000

interface Stores {
  store: WorkspaceStore
  /** Opens the same files as a second worker. */
  other: WorkspaceStore
  dispose(): Promise<void>
}

type CreateStores = (limits: Partial<WorkspaceLimits>) => Promise<Stores>

async function createFolderStores(limits: Partial<WorkspaceLimits>): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-workspaces-'))
  const dir = join(folder, 'made', 'later')
  return {
    store: createFolderStore(dir, limits),
    other: createFolderStore(dir, limits),
    dispose: () => rm(folder, { recursive: true }),
  }
}

/** All of them pass the tests below. */
const BACK_ENDS: [name: string, create: CreateStores][] = [['workspaces in a folder', createFolderStores]]

describe.each(BACK_ENDS)('%s', (_name, create) => {
  let stores: Stores
  let workspace: Workspace
  let id: string
  beforeEach(async () => {
    stores = await create({})
    id = randomUUIDv7()
    workspace = await stores.store.open(id, [])
  })
  afterEach(() => stores.dispose())

  const limited = async (): Promise<Workspace> => {
    await stores.dispose()
    stores = await create(LIMITS)
    return stores.store.open(id, [])
  }

  describe('a file', () => {
    it('is read in chunks, with the written contents', async () => {
      const data = Buffer.from(Array.from({ length: 3 * CHUNK_BYTES + 5 }, (_, i) => i % 251))
      const writer = await workspace.create(['a', 'b', 'data.bin'])
      for (let from = 0; from < data.length; from += 50_000) await writer.write(data.subarray(from, from + 50_000))
      const entry = await writer.end()
      expect(entry).toEqual({ path: 'a/b/data.bin', bytes: data.length, modifiedAt: expect.any(Date) })
      expect(await workspace.stat(['a', 'b', 'data.bin'])).toEqual(entry)
      const reader = await workspace.open(['a', 'b', 'data.bin'])
      expect(reader.bytes).toBe(data.length)
      const chunks = await readChunks(reader)
      expect(chunks.map(({ length }) => length)).toEqual([CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, 5])
      expect(Buffer.concat(chunks).equals(data)).toBe(true)
    })

    it('may be empty', async () => {
      await write(workspace, 'empty', '')
      expect(await read(workspace, 'empty')).toBe('')
    })

    it('is visible only after it has ended', async () => {
      const writer = await workspace.create(['a', 'b'])
      await writer.write(Buffer.from('half'))
      expect(await workspace.stat(['a', 'b'])).toBe(null)
      expect(await workspace.list([], '', 10)).toEqual([])
      await expect(workspace.open(['a', 'b'])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
      await writer.end()
      expect(await read(workspace, 'a/b')).toBe('half')
    })

    it('that is aborted does not change the existing file', async () => {
      await write(workspace, 'a', 'old')
      const writer = await workspace.create(['a'])
      await writer.write(Buffer.from('new'))
      await writer.abort()
      await writer.abort()
      expect(await read(workspace, 'a')).toBe('old')
      const elsewhere = await workspace.create(['folder', 'b'])
      await elsewhere.abort()
      await expect(elsewhere.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'BAD_INPUT' })
      expect(await paths(workspace)).toEqual(['a'])
    })

    it('is replaced as a whole, and an open reader keeps the old contents', async () => {
      await write(workspace, 'a', 'x'.repeat(CHUNK_BYTES + 1))
      const reader = await workspace.open(['a'])
      await reader.read()
      await write(workspace, 'a', 'y')
      expect((await reader.read())?.toString()).toBe('x')
      await reader.close()
      expect(await read(workspace, 'a')).toBe('y')
    })

    it('with several writers has the contents of the last one that ends', async () => {
      const writers = await Promise.all(Array.from({ length: 8 }, () => workspace.create(['a', 'b'])))
      await Promise.all(writers.map((writer, i) => writer.write(Buffer.from(String(i)))))
      for (const writer of writers) await writer.end()
      expect(await read(workspace, 'a/b')).toBe('7')
    })

    it('is deleted with the folders that become empty', async () => {
      await write(workspace, 'a/b/c', '1')
      await write(workspace, 'a/d', '2')
      await workspace.delete(['a', 'b', 'c'])
      await workspace.delete(['a', 'b', 'c'])
      await workspace.delete(['x', 'y'])
      expect(await paths(workspace)).toEqual(['a/d'])
      await write(workspace, 'a/b', 'a file where a folder was')
      expect(await read(workspace, 'a/b')).toBe('a file where a folder was')
    })

    it('is written although its folder is removed at the same time', async () => {
      for (let round = 0; round < 20; round++) {
        await write(workspace, 'f/old', '1')
        await Promise.all([workspace.delete(['f', 'old']), write(workspace, 'f/new', '2')])
        expect(await paths(workspace)).toEqual(['f/new'])
        await workspace.delete(['f', 'new'])
      }
    })
  })

  describe('a folder', () => {
    it('cannot be read, replaced or deleted as a file', async () => {
      await write(workspace, 'f/a', '1')
      await expect(workspace.open(['f'])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
      await expect(workspace.create(['f'])).rejects.toMatchObject({ code: 'FILE_PATH_INVALID' })
      await expect(workspace.delete(['f'])).rejects.toMatchObject({ code: 'FILE_PATH_INVALID' })
      expect(await workspace.stat(['f'])).toBe(null)
    })

    it('cannot replace a file', async () => {
      await write(workspace, 'f', '1')
      await expect(workspace.create(['f', 'a'])).rejects.toMatchObject({ code: 'FILE_PATH_INVALID' })
      await expect(workspace.open(['f', 'a'])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
      expect(await workspace.stat(['f', 'a'])).toBe(null)
      expect(await workspace.list(['f'], '', 10)).toEqual([])
    })

    it('that appears at the path of an unfinished file fails that file', async () => {
      const writer = await workspace.create(['f'])
      await write(workspace, 'f/a', '1')
      await expect(writer.end()).rejects.toMatchObject({ code: 'FILE_PATH_INVALID' })
      expect(await paths(workspace)).toEqual(['f/a'])
    })
  })

  it('lists files in the order of their paths, by folder and after a path', async () => {
    for (const path of ['b/c', 'a', 'b.txt', 'b/a/x', 'ab', 'é', 'Z']) await write(workspace, path, path)
    expect(await paths(workspace)).toEqual(['Z', 'a', 'ab', 'b.txt', 'b/a/x', 'b/c', 'é'])
    expect((await workspace.list(['b'], '', 10)).map(({ path }) => path)).toEqual(['b/a/x', 'b/c'])
    expect((await workspace.list([], 'ab', 2)).map(({ path }) => path)).toEqual(['b.txt', 'b/a/x'])
    expect((await workspace.list(['b'], 'b/a/x', 10)).map(({ path }) => path)).toEqual(['b/c'])
    expect(await workspace.list(['none'], '', 10)).toEqual([])
  })

  describe('limits', () => {
    it('discard a file that is too long', async () => {
      const small = await limited()
      const writer = await small.create(['a'])
      await writer.write(Buffer.alloc(1000))
      await expect(writer.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'FILE_LIMIT' })
      await expect(writer.end()).rejects.toMatchObject({ code: 'BAD_INPUT' })
      expect(await paths(small)).toEqual([])
    })

    it('include unfinished files', async () => {
      const small = await limited()
      await write(small, 'a', 'x'.repeat(1000))
      const writer = await small.create(['b'])
      await writer.write(Buffer.alloc(1000))
      await expect(write(small, 'c', 'x'.repeat(501))).rejects.toMatchObject({ code: 'FILE_LIMIT' })
      await write(small, 'c', 'x'.repeat(500))
      await writer.abort()
      await write(small, 'b', 'x'.repeat(1000))
      await small.delete(['a'])
      await write(small, 'd', 'x'.repeat(1000))
    })

    it('include files and folders', async () => {
      const small = await limited()
      await write(small, 'a/b/c', '1')
      await expect(write(small, 'x/y/z/a', '1')).rejects.toMatchObject({ code: 'FILE_LIMIT' })
      const [first, second] = [await small.create(['d']), await small.create(['e'])]
      await write(small, 'f', '1')
      await expect(small.create(['g'])).rejects.toMatchObject({ code: 'FILE_LIMIT' })
      await first.abort()
      await second.end()
      await write(small, 'g', '1')
      await write(small, 'g', '2')
      await expect(write(small, 'h', '1')).rejects.toMatchObject({ code: 'FILE_LIMIT' })
      await small.delete(['a', 'b', 'c'])
      await write(small, 'a/b/c', '1')
    })
  })

  describe('workspaces', () => {
    it('are the same for all workers and separate for each execution', async () => {
      await write(workspace, 'a', '1')
      expect(await read(await stores.other.open(id, []), 'a')).toBe('1')
      expect(await paths(await stores.store.open(randomUUIDv7(), []))).toEqual([])
    })

    it('start with a copy of the files of the first origin that exists', async () => {
      await write(workspace, 'f/a', 'old')
      await write(workspace, 'b', 'kept')
      const copy = await stores.store.open(randomUUIDv7(), [randomUUIDv7(), id])
      expect(await paths(copy)).toEqual(['b', 'f/a'])
      await write(copy, 'f/a', 'new')
      await copy.delete(['b'])
      expect(await read(copy, 'f/a')).toBe('new')
      expect(await read(workspace, 'f/a')).toBe('old')
      expect(await read(workspace, 'b')).toBe('kept')
      await stores.store.remove(id)
      expect(await read(copy, 'f/a')).toBe('new')
    })

    it('that exist are not created again', async () => {
      const target = randomUUIDv7()
      await stores.store.open(target, [])
      await write(workspace, 'a', '1')
      expect(await paths(await stores.store.open(target, [id]))).toEqual([])
    })

    it('that are created concurrently are one workspace', async () => {
      for (let i = 0; i < 20; i++) await write(workspace, `f${i}/a`, '1')
      const target = randomUUIDv7()
      const opened = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? stores.store : stores.other).open(target, [id])),
      )
      await Promise.all(opened.map((each, i) => write(each, `own${i}`, String(i))))
      expect(await paths(await stores.store.open(target, []))).toHaveLength(28)
    })

    it('are listed by the time of their executions and removed as a whole', async () => {
      const old = [uuidAt(Date.now() - 3 * DAY_MS), uuidAt(Date.now() - 3 * DAY_MS)].toSorted()
      for (const each of old) await write(await stores.store.open(each, []), 'a/b', '1')
      expect((await listOlder(stores.store, DAY_MS)).toSorted()).toEqual(old)
      expect(await listOlder(stores.store, 5 * DAY_MS)).toEqual([])
      for (const each of old) await stores.store.remove(each)
      await stores.store.remove(randomUUIDv7())
      expect(await listOlder(stores.store, DAY_MS)).toEqual([])
      expect(await paths(await stores.store.open(old[0] ?? '', []))).toEqual([])
      await stores.store.sweep()
      await write(workspace, 'a', 'still here')
      expect(await read(workspace, 'a')).toBe('still here')
    })
  })
})

async function listOlder(store: WorkspaceStore, ageMs: number): Promise<string[]> {
  const all: string[] = []
  for await (const ids of store.listOlder(new Date(Date.now() - ageMs))) all.push(...ids)
  return all
}

async function write(workspace: Workspace, path: string, text: string): Promise<void> {
  const writer = await workspace.create(path.split('/'))
  await writer.write(Buffer.from(text))
  await writer.end()
}

async function read(workspace: Workspace, path: string): Promise<string> {
  return Buffer.concat(await readChunks(await workspace.open(path.split('/')))).toString()
}

async function readChunks(reader: FileReader): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) chunks.push(chunk)
  await reader.close()
  await reader.close()
  return chunks
}

async function paths(workspace: Workspace): Promise<string[]> {
  return (await workspace.list([], '', 1000)).map(({ path }) => path)
}
