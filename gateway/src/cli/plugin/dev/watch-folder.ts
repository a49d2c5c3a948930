import { watch, type FSWatcher } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Reports the changed files of a package. */
export interface FolderWatcher {
  /** Resolves soon after a change with the paths of all files changed since the last call. Resolves with an empty set after the end. */
  next(): Promise<Set<string>>
  close(): void
}

/** How long to wait for further changes: an editor writes a file in several steps. */
const SETTLE_MS = 25
const NOT_WATCHED = /^(node_modules|dist|\..*)$|\.tgz$/

/**
 * Watches each folder of a package separately: a recursive watch would include all dependencies.
 *
 * @param signal ends the watch
 */
export async function watchFolder(root: string, signal: AbortSignal): Promise<FolderWatcher> {
  let changed = new Set<string>()
  let settled = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  const folders = new WatchedFolders((path) => {
    changed.add(relative(root, path).replaceAll('\\', '/'))
    clearTimeout(timer)
    timer = setTimeout(settled.resolve, SETTLE_MS)
  })
  const stop = (): void => settled.resolve()
  signal.addEventListener('abort', stop)
  await folders.watchAll(root)
  return {
    async next() {
      if (!signal.aborted) await settled.promise
      settled = Promise.withResolvers()
      if (!signal.aborted) await folders.watchAll(root)
      const paths = changed
      changed = new Set()
      return paths
    },
    close() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      folders.close()
    },
  }
}

class WatchedFolders {
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #changed: (path: string) => void

  constructor(changed: (path: string) => void) {
    this.#changed = changed
  }

  /** Watches a folder and its subfolders that are not watched yet. */
  async watchAll(folder: string): Promise<void> {
    if (!this.#watch(folder)) return
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    const folders = entries.filter((entry) => entry.isDirectory() && !NOT_WATCHED.test(entry.name))
    await Promise.all(folders.map(({ name }) => this.watchAll(join(folder, name))))
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** @returns false when the folder no longer exists */
  #watch(folder: string): boolean {
    if (this.#watchers.has(folder)) return true
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null || NOT_WATCHED.test(name)) return
        const path = join(folder, name)
        // Another folder may now have this name, whose changes the old watcher does not report.
        if (event === 'rename') this.#forget(path)
        this.#changed(path)
      })
      watcher.on('error', () => this.#forget(folder))
      this.#watchers.set(folder, watcher)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    }
  }

  #forget(path: string): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folder !== path && !folder.startsWith(path + sep)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
  }
}
