import { randomUUIDv7 } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFolderStore } from './folder-store.ts'

describe('the folder of workspaces', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ashlar-workspaces-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  it.skipIf(process.platform === 'win32')(
    'stores a workspace by the time and the id of the execution, with access for its user only',
    async () => {
      const id = randomUUIDv7()
      const workspace = await createFolderStore(join(dir, 'files')).open(id, [])
      await (await workspace.create(['f', 'a'])).end()
      const folder = join(dir, 'files', id.slice(0, 6), id)
      expect(await readdir(folder)).toEqual(['f'])
      const modes = [join(dir, 'files'), folder, join(folder, 'f'), join(folder, 'f', 'a')].map(
        async (path) => (await stat(path)).mode & 0o777,
      )
      expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700, 0o600])
    },
  )

  it('deletes the remains of interrupted operations, but no recent files', async () => {
    const store = createFolderStore(dir)
    const workspace = await store.open(randomUUIDv7(), [])
    const going = await workspace.create(['a'])
    const left = join(dir, 'incoming', randomUUIDv7())
    await writeFile(left, 'half')
    await utimes(left, new Date(0), new Date(0))
    await mkdir(join(dir, 'removed', 'x', 'y'), { recursive: true })
    await store.sweep()
    expect(await readdir(join(dir, 'removed'))).toEqual([])
    expect(await readdir(join(dir, 'incoming'))).toHaveLength(1)
    await going.end()
    expect(await readdir(join(dir, 'incoming'))).toEqual([])
  })

  it('does not follow a link', async () => {
    const [id, secret] = [randomUUIDv7(), join(dir, 'secret')]
    await mkdir(secret)
    await writeFile(join(secret, 'key'), 'secret')
    const workspace = await createFolderStore(join(dir, 'files')).open(id, [])
    const root = join(dir, 'files', id.slice(0, 6), id)
    await symlink(secret, join(root, 'folder'))
    await symlink(join(secret, 'key'), join(root, 'file'))
    const invalid = expect.objectContaining({ code: 'FILE_PATH_INVALID' })
    await expect(workspace.open(['folder', 'key'])).rejects.toEqual(invalid)
    await expect(workspace.open(['file'])).rejects.toEqual(invalid)
    await expect(workspace.create(['folder', 'key'])).rejects.toEqual(invalid)
    await expect(workspace.create(['file'])).rejects.toEqual(invalid)
    await expect(workspace.delete(['folder', 'key'])).rejects.toEqual(invalid)
    await expect(workspace.stat(['folder', 'key'])).rejects.toEqual(invalid)
    await expect(workspace.stat(['folder', 'f', 'key'])).resolves.toBe(null)
    expect(await workspace.stat(['file'])).toBe(null)
    expect(await workspace.list([], '', 10)).toEqual([])
    await expect(workspace.list(['folder'], '', 10)).resolves.toEqual([])
    const copy = await createFolderStore(join(dir, 'files')).open(randomUUIDv7(), [id])
    expect(await copy.list([], '', 10)).toEqual([])
    await workspace.delete(['file'])
    expect(await readdir(secret)).toEqual(['key'])
  })
})
