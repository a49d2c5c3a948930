import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { watchFolder, type FolderWatcher } from './watch-folder.ts'

let root: string
let watcher: FolderWatcher
const stop = new AbortController()
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ashlar-watch-'))
  await mkdir(join(root, 'src/inner'), { recursive: true })
  watcher = await watchFolder(root, stop.signal)
})
afterEach(async () => {
  watcher.close()
  await rm(root, { recursive: true })
})

async function hears(path: string): Promise<void> {
  await writeFile(join(root, path), '')
  expect(await watcher.next()).toContain(path)
}

it('tells what changes, also in folders that are new', async () => {
  await hears('package.json')
  await hears('src/inner/a.ts')
  await mkdir(join(root, 'more'))
  expect(await watcher.next()).toContain('more')
  await hears('more/b.ts')
})

it('goes on with a folder that is removed and made again', async () => {
  await rm(join(root, 'src'), { recursive: true })
  expect(await watcher.next()).toContain('src')
  await mkdir(join(root, 'src/inner'), { recursive: true })
  expect(await watcher.next()).toContain('src')
  await hears('src/a.ts')
  await hears('src/inner/b.ts')
})

it('goes on where another folder is put in the place of one', async () => {
  await mkdir(join(root, 'node_modules/other/inner'), { recursive: true })
  await rename(join(root, 'src'), join(root, 'node_modules/old'))
  await rename(join(root, 'node_modules/other'), join(root, 'src'))
  expect(await watcher.next()).toContain('src')
  await hears('src/a.ts')
  await hears('src/inner/b.ts')
})
