import { randomUUID } from 'node:crypto'
import { lstat, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isUuid } from '../base/index.ts'
import { codeOf } from './file-failure.ts'
import { copyTree, makeFolderAndParents, measure, statIfThere, syncFolder } from './folder-tree.ts'
import { FolderUse } from './folder-use.ts'
import { FolderWorkspace } from './folder-workspace.ts'
import { DEFAULT_WORKSPACE_LIMITS, type WorkspaceLimits } from './limits.ts'
import type { Workspace, WorkspaceStore } from './workspace.ts'

/** Characters of an id that name the folder in which its workspace lies: those of the same 4.66 hours are together. */
const PERIOD_LENGTH = 6
const PERIOD_MS = 2 ** (48 - 4 * PERIOD_LENGTH)
const INCOMING = 'incoming'
const REMOVED = 'removed'
/** What has not been written to for so long belongs to nobody. */
const LEFT_AFTER_MS = 24 * 3600_000
const KNOWN_USES = 1000

/**
 * Workspaces in a folder, which several machines may share:
 *
 * - `<first six hex digits of the id>/<id>/…` the files of an execution. An id is a UUID v7, so these digits are a time;
 * - `incoming/<uuid>` a file, or a copy of a workspace, that is renamed to its place when it is whole;
 * - `removed/<uuid>` a workspace that was renamed away and is being deleted.
 *
 * So whatever ends in the middle leaves nothing but what the sweep clears. All of it is for its owner alone (mode 0700).
 */
export function createFolderStore(dir: string, overrides: Partial<WorkspaceLimits> = {}): WorkspaceStore {
  return new FolderStore(resolve(dir), { ...DEFAULT_WORKSPACE_LIMITS, ...overrides })
}

class FolderStore implements WorkspaceStore {
  readonly #dir: string
  readonly #limits: WorkspaceLimits
  readonly #uses = new Map<string, FolderUse>()

  constructor(dir: string, limits: WorkspaceLimits) {
    this.#dir = dir
    this.#limits = limits
  }

  async open(id: string, origins: readonly string[]): Promise<Workspace> {
    const incomingDir = join(this.#dir, INCOMING)
    await makeFolderAndParents(incomingDir)
    const folder = this.#folderOf(id)
    if (!(await isFolder(folder))) await this.#begin(folder, origins)
    const dir = await realpath(this.#dir)
    const root = join(dir, ...placeOf(id))
    if ((await realpath(folder)) !== root) throw new Error(`the workspace of ${id} is not where it should be`)
    return new FolderWorkspace({ root, incomingDir: join(dir, INCOMING), use: this.#useOf(id, root) })
  }

  async *listOlder(than: Date): AsyncGenerator<string[]> {
    for (const period of await namesIn(this.#dir)) {
      const end = (Number.parseInt(period, 16) + 1) * PERIOD_MS
      if (!/^[0-9a-f]{6}$/.test(period) || end > than.getTime()) continue
      const folder = join(this.#dir, period)
      const ids = (await namesIn(folder)).filter((name) => isUuid(name) && name.startsWith(period))
      if (ids.length > 0) yield ids
      await rmdir(folder).catch(() => {}) // something is left in it
    }
  }

  async remove(id: string): Promise<void> {
    const removed = join(this.#dir, REMOVED)
    await makeFolderAndParents(removed)
    const target = join(removed, randomUUID())
    try {
      await rename(this.#folderOf(id), target)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw error
    }
    this.#uses.delete(id)
    await rm(target, { recursive: true, force: true })
  }

  async sweep(): Promise<void> {
    const removed = join(this.#dir, REMOVED)
    for (const name of await namesIn(removed)) await rm(join(removed, name), { recursive: true, force: true })
    const incoming = join(this.#dir, INCOMING)
    for (const name of await namesIn(incoming)) {
      const stats = await statIfThere(join(incoming, name))
      if (stats && Date.now() - stats.mtimeMs > LEFT_AFTER_MS) await rm(join(incoming, name), { recursive: true, force: true })
    }
  }

  /** Whoever comes first: a copy appears at once and whole, and gives way to one that is there. */
  async #begin(folder: string, origins: readonly string[]): Promise<void> {
    await makeFolderAndParents(dirname(folder))
    const source = await this.#firstThere(origins)
    if (!source) return makeFolderAndParents(folder)
    const copy = join(this.#dir, INCOMING, randomUUID())
    try {
      await copyTree(source, copy)
      await rename(copy, folder)
      await syncFolder(dirname(folder))
    } catch (error) {
      await rm(copy, { recursive: true, force: true })
      if (!(await isFolder(folder))) throw error
    }
  }

  async #firstThere(ids: readonly string[]): Promise<string | undefined> {
    for (const id of ids) if (await isFolder(this.#folderOf(id))) return this.#folderOf(id)
    return undefined
  }

  #folderOf(id: string): string {
    return join(this.#dir, ...placeOf(id))
  }

  #useOf(id: string, root: string): FolderUse {
    const use = this.#uses.get(id) ?? new FolderUse(this.#limits, () => measure(root))
    this.#uses.set(id, use)
    if (this.#uses.size > KNOWN_USES)
      for (const [each, { isIdle }] of this.#uses) if (isIdle && each !== id) this.#uses.delete(each)
    return use
  }
}

function placeOf(id: string): [period: string, id: string] {
  if (!isUuid(id)) throw new Error('a workspace is named by the id of an execution')
  return [id.slice(0, PERIOD_LENGTH), id]
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
