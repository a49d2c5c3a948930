import { randomUUID } from 'node:crypto'
import { lstat, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isUuid } from '../base/index.ts'
import { readErrorCode } from './file-failure.ts'
import { copyTree, makeFolderAndParents, measure, statIfExists, syncFolder } from './folder-tree.ts'
import { FolderUse } from './folder-use.ts'
import { FolderWorkspace } from './folder-workspace.ts'
import { DEFAULT_WORKSPACE_LIMITS, type WorkspaceLimits } from './limits.ts'
import type { OwnedWorkspace, Workspace, WorkspaceStore } from './workspace.ts'

/** Length of the prefix of an id that names the folder of its workspace. Ids of the same 4.66 hours share a prefix. */
const PERIOD_LENGTH = 6
const PERIOD_MS = 2 ** (48 - 4 * PERIOD_LENGTH)
const INCOMING = 'incoming'
const REMOVED = 'removed'
/** An incoming file that has not changed for this time is abandoned. */
const ABANDONED_AFTER_MS = 24 * 3600_000
const MAX_USES = 1000

/**
 * Stores workspaces in a folder, which several machines may share:
 *
 * - `<first six hex digits of the id>/<id>/…`: the files of an execution. An id is a UUID v7, so these digits are a
 *   time.
 * - `incoming/<uuid>`: a file, or a copy of a workspace, that is renamed to its place when it is complete.
 * - `removed/<uuid>`: a workspace that was renamed and is being deleted.
 *
 * An interrupted operation therefore leaves only files that the sweep deletes. Only the user of the process has access
 * (mode 0700).
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
    const folder = this.#getFolder(id)
    if (!(await isFolder(folder))) await this.#create(folder, origins)
    return this.#openFolder(id)
  }

  async find(id: string): Promise<OwnedWorkspace | undefined> {
    return (await isFolder(this.#getFolder(id))) ? this.#openFolder(id) : undefined
  }

  async #openFolder(id: string): Promise<OwnedWorkspace> {
    const folder = this.#getFolder(id)
    const dir = await realpath(this.#dir)
    const root = join(dir, ...toFolderNames(id))
    if ((await realpath(folder)) !== root) throw new Error(`the folder of the workspace ${id} is a link`)
    return new FolderWorkspace({ root, incomingDir: join(dir, INCOMING), use: this.#getUse(id, root) })
  }

  async *listOlder(than: Date): AsyncGenerator<string[]> {
    for (const period of await listNames(this.#dir)) {
      const end = (Number.parseInt(period, 16) + 1) * PERIOD_MS
      if (!/^[0-9a-f]{6}$/.test(period) || end > than.getTime()) continue
      const folder = join(this.#dir, period)
      const ids = (await listNames(folder)).filter((name) => isUuid(name) && name.startsWith(period))
      if (ids.length > 0) yield ids
      await rmdir(folder).catch(() => {}) // the folder is not empty
    }
  }

  async remove(id: string): Promise<void> {
    const removed = join(this.#dir, REMOVED)
    await makeFolderAndParents(removed)
    const target = join(removed, randomUUID())
    try {
      await rename(this.#getFolder(id), target)
    } catch (error) {
      if (readErrorCode(error) === 'ENOENT') return
      throw error
    }
    this.#uses.delete(id)
    await rm(target, { recursive: true, force: true })
  }

  async sweep(): Promise<void> {
    const removed = join(this.#dir, REMOVED)
    for (const name of await listNames(removed)) await rm(join(removed, name), { recursive: true, force: true })
    const incoming = join(this.#dir, INCOMING)
    for (const name of await listNames(incoming)) {
      const stats = await statIfExists(join(incoming, name))
      if (stats && Date.now() - stats.mtimeMs > ABANDONED_AFTER_MS)
        await rm(join(incoming, name), { recursive: true, force: true })
    }
  }

  /**
   * Creates a workspace. The rename makes a copy appear as a whole. If another worker has created the workspace, its
   * version stays.
   */
  async #create(folder: string, origins: readonly string[]): Promise<void> {
    await makeFolderAndParents(dirname(folder))
    const source = await this.#findFirst(origins)
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

  async #findFirst(ids: readonly string[]): Promise<string | undefined> {
    for (const id of ids) if (await isFolder(this.#getFolder(id))) return this.#getFolder(id)
    return undefined
  }

  #getFolder(id: string): string {
    return join(this.#dir, ...toFolderNames(id))
  }

  #getUse(id: string, root: string): FolderUse {
    const use = this.#uses.get(id) ?? new FolderUse(this.#limits, () => measure(root))
    this.#uses.set(id, use)
    if (this.#uses.size > MAX_USES)
      for (const [each, { isIdle }] of this.#uses) if (isIdle && each !== id) this.#uses.delete(each)
    return use
  }
}

function toFolderNames(id: string): [period: string, id: string] {
  if (!isUuid(id)) throw new Error('the id of a workspace must be the UUID of an execution')
  return [id.slice(0, PERIOD_LENGTH), id]
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory()
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
