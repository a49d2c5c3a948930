import { watch, type FSWatcher } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Tells which files of a package have changed. */
export interface FolderWatcher {
  /** Resolves with the paths of all that have changed since it last did, soon after the last of them; with none when it is over. */
  next(): Promise<Set<string>>
  close(): void
}

/** An editor writes a file in several steps. */
const SETTLE_MS = 25
const NOT_WATCHED = /^(node_modules|dist|\..*)$|\.tgz$/

/**
 * Watches the folders of a package one by one: a recursive watch would go through all its dependencies.
 *
 * @param signal ends it
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
      const told = changed
      changed = new Set()
      return told
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

  /** Watches a folder and all below it, as far as they are not watched yet. */
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

  /** @returns false where it is gone already */
  #watch(folder: string): boolean {
    if (this.#watchers.has(folder)) return true
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null || NOT_WATCHED.test(name)) return
        const path = join(folder, name)
        // What comes under this name now is another folder, of which the watcher of the first hears nothing.
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
