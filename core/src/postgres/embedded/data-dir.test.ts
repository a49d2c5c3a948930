import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AshlarError } from '../../base/index.ts'
import { findServer, openDataDir, type DataDir } from './data-dir.ts'

let root: string
let count = 0
const freshPath = (): string => join(root, `dir-${count++}`)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ashlar-data-dir-'))
})
afterAll(() => rm(root, { recursive: true }))

describe('openDataDir', () => {
  it('creates the directory, its parents and a marker, accessible only to the user', async () => {
    const path = join(freshPath(), 'a', 'b')
    const dir = await openDataDir(path)

    expect(dir).toMatchObject({ path, postgresDir: join(path, 'postgres'), ownerKeyFile: join(path, 'owner-key') })
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect(await readFile(join(path, 'ashlar.json'), 'utf8')).toBe('{"format":1}\n')

    await dir.release()
    expect(await readdir(path)).toEqual(['ashlar.json'])
  })

  it('accepts an existing empty directory and keeps its mode', async () => {
    const path = freshPath()
    await mkdir(join(path, 'lost+found'), { recursive: true })
    await chmod(path, 0o750)
    const dir = await openDataDir(path)
    expect((await stat(path)).mode & 0o777).toBe(0o750)
    await dir.release()
  })

  it('rejects a directory that a running process has locked', async () => {
    const path = freshPath()
    const dir = await openDataDir(path)
    await dir.setServer('http://127.0.0.1:4000/graphql')
    await expect(openDataDir(path)).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      details: { pid: process.pid, url: 'http://127.0.0.1:4000/graphql' },
      message: `data directory "${path}" is in use by process ${process.pid}, which serves http://127.0.0.1:4000/graphql: stop it, or set ASHLAR_DATA_DIR to another folder`,
    })
    await dir.release()
    await (await openDataDir(path)).release()
  })

  it('takes over the lock of a process that was killed', async () => {
    const path = freshPath()
    const child = spawn(process.execPath, ['--input-type=module', '-e', holderProgram(path)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await expect(openDataDir(path)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE', details: { pid: child.pid } })

    child.kill('SIGKILL')
    await once(child, 'exit')
    const dir = await openDataDir(path)
    expect(JSON.parse(await readFile(join(path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    await dir.release()
  })

  it.runIf(process.platform === 'linux')('takes over a lock whose pid now belongs to another process', async () => {
    const path = await directoryWithLock({ pid: process.pid, startedAt: 1 })
    await (await openDataDir(path)).release()
  })

  it.each(['', '{"pid":', '{"pid":-1,"startedAt":null}'])('takes over an invalid lock: %j', async (text) => {
    const path = await directoryWithLock(text)
    await (await openDataDir(path)).release()
  })

  it('takes over the lock of a process that was killed during a takeover', async () => {
    const path = await directoryWithLock(await deadRecord())
    await writeFile(join(path, 'lock.takeover'), JSON.stringify(await deadRecord()))
    const dir = await openDataDir(path)
    expect((await readdir(path)).toSorted()).toEqual(['ashlar.json', 'lock'])
    await dir.release()
  })

  it('lets exactly one of many callers take over a stale lock', async () => {
    const dead = await deadRecord()
    for (let round = 0; round < 20; round++) {
      const path = await directoryWithLock(dead)
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => openDataDir(path)))
      const winners = tries.filter((attempt): attempt is PromiseFulfilledResult<DataDir> => attempt.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      await winners[0]?.value.release()
      expect(await readdir(path)).toEqual(['ashlar.json'])
    }
  })

  it('lets exactly one of many processes take over a stale lock', async () => {
    const path = await directoryWithLock(await deadRecord())
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', holderProgram(path)], { stdio: ['ignore', 'pipe', 'ignore'] }),
    )
    const words = await Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()))
    expect(words.toSorted()).toEqual([...Array<string>(5).fill('DATA_DIR_IN_USE'), 'held'])
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(children.map(async (child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')))
  })

  it('lets exactly one of many callers create a directory', async () => {
    const path = freshPath()
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => openDataDir(path)))
    const refusals = tries.filter((attempt) => attempt.status === 'rejected').map(({ reason }) => (reason as AshlarError).code)
    expect(refusals).toEqual(Array(11).fill('DATA_DIR_IN_USE'))
  })

  it('rejects a directory that contains other files and does not change it', async () => {
    const path = freshPath()
    await mkdir(path)
    await writeFile(join(path, 'thesis.tex'), '')
    await expect(openDataDir(path)).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: expect.stringContaining('it is not empty and was not created by Ashlar (it contains "thesis.tex")'),
    })
    expect(await readdir(path)).toEqual(['thesis.tex'])
  })

  it.each([
    ['{"format":2}', 'it was written by a newer version of Ashlar (format 2, this version reads up to 1)'],
    ['{}', 'its ashlar.json must contain {"format":1}, got "{}"'],
    ['', 'its ashlar.json must contain {"format":1}, got ""'],
  ])('rejects a directory whose marker is %j', async (marker, reason) => {
    const path = freshPath()
    await mkdir(path)
    await writeFile(join(path, 'ashlar.json'), marker)
    await expect(openDataDir(path)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining(reason) })
  })

  it('rejects a file and a path below a file', async () => {
    const path = freshPath()
    await writeFile(path, '')
    await expect(openDataDir(path)).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: `data directory "${path}" cannot be used: it, or a part of its path, is a file and not a folder. Set ASHLAR_DATA_DIR to another folder`,
    })
    await expect(openDataDir(join(path, 'below'))).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
  })

  it('rejects a broken link and a path below one', async () => {
    const path = freshPath()
    await symlink(join(root, 'nowhere'), path)
    for (const place of [path, join(path, 'below')]) {
      await expect(openDataDir(place)).rejects.toMatchObject({
        code: 'DATA_DIR_UNUSABLE',
        message: expect.stringContaining('it cannot be created (its path may contain a broken link)'),
      })
    }
  })

  it.runIf(process.platform === 'linux')('rejects a folder in which the system creates no folders', async () => {
    await expect(openDataDir('/proc/ashlar')).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' })
  })

  it.runIf(process.getuid?.() !== 0)('rejects a directory that is not writable', async () => {
    const path = freshPath()
    await mkdir(path, { mode: 0o500 })
    await expect(openDataDir(path)).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: expect.stringContaining('permission denied'),
    })
  })

  it('does not restore the lock if the URL is set during or after the release', async () => {
    const path = freshPath()
    const dir = await openDataDir(path)
    await Promise.all([dir.setServer('http://a'), dir.release(), dir.setServer('http://b')])
    await dir.release()
    expect(await readdir(path)).toEqual(['ashlar.json'])
  })
})

describe('findServer', () => {
  it('finds the URL while the holder runs', async () => {
    const path = freshPath()
    expect(await findServer(path)).toBeUndefined()
    const dir = await openDataDir(path)
    expect(await findServer(path)).toBeUndefined()
    await dir.setServer('http://127.0.0.1:4000/graphql')
    expect(await findServer(path)).toBe('http://127.0.0.1:4000/graphql')
    await dir.release()
    expect(await findServer(path)).toBeUndefined()
  })

  it('ignores the lock of a process that has ended', async () => {
    const path = await directoryWithLock({ ...(await deadRecord()), url: 'http://127.0.0.1:4000/graphql' })
    expect(await findServer(path)).toBeUndefined()
  })
})

async function directoryWithLock(record: object | string): Promise<string> {
  const path = freshPath()
  await mkdir(path)
  await writeFile(join(path, 'ashlar.json'), '{"format":1}')
  await writeFile(join(path, 'lock'), typeof record === 'string' ? record : JSON.stringify(record))
  return path
}

/** Returns the record of a process that has just ended. */
async function deadRecord(): Promise<{ pid: number; startedAt: number }> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return { pid: child.pid ?? 0, startedAt: 1 }
}

/** Opens the directory, prints `held` or the code of the error, and keeps running. */
function holderProgram(path: string): string {
  const module = new URL('./data-dir.ts', import.meta.url).href
  return `
    import { openDataDir } from ${JSON.stringify(module)}
    await openDataDir(${JSON.stringify(path)}).then(() => console.log('held'), (error) => console.log(error.code))
    setInterval(() => {}, 1000)`
}
