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

async function expectReport(path: string): Promise<void> {
  await writeFile(join(root, path), '')
  expect(await watcher.next()).toContain(path)
}

it('reports changed files, including files in new folders', async () => {
  await expectReport('package.json')
  await expectReport('src/inner/a.ts')
  await mkdir(join(root, 'more'))
  expect(await watcher.next()).toContain('more')
  await expectReport('more/b.ts')
})

it('continues with a folder that is removed and created again', async () => {
  await rm(join(root, 'src'), { recursive: true })
  expect(await watcher.next()).toContain('src')
  await mkdir(join(root, 'src/inner'), { recursive: true })
  expect(await watcher.next()).toContain('src')
  await expectReport('src/a.ts')
  await expectReport('src/inner/b.ts')
})

it('continues with a folder that replaces another', async () => {
  await mkdir(join(root, 'node_modules/other/inner'), { recursive: true })
  await rename(join(root, 'src'), join(root, 'node_modules/old'))
  await rename(join(root, 'node_modules/other'), join(root, 'src'))
  expect(await watcher.next()).toContain('src')
  await expectReport('src/a.ts')
  await expectReport('src/inner/b.ts')
})
