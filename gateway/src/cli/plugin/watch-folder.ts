import { watch, type FSWatcher } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

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
export function watchFolder(root: string, signal: AbortSignal): FolderWatcher {
  const watchers = new Map<string, FSWatcher>()
  let changed = new Set<string>()
  let settled = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  const hear = (folder: string, name: string | null): void => {
    if (name === null || NOT_WATCHED.test(name)) return
    changed.add(relative(root, join(folder, name)).replaceAll('\\', '/'))
    clearTimeout(timer)
    timer = setTimeout(settled.resolve, SETTLE_MS)
  }
  const watchAll = async (folder: string): Promise<void> => {
    if (signal.aborted) return
    if (!watchers.has(folder)) {
      const watcher = watch(folder, (_event, name) => hear(folder, name))
      // A folder that was taken away is watched no more.
      watcher.on('error', () => watchers.delete(folder) && watcher.close())
      watchers.set(folder, watcher)
    }
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    const folders = entries.filter((entry) => entry.isDirectory() && !NOT_WATCHED.test(entry.name))
    await Promise.all(folders.map(({ name }) => watchAll(join(folder, name))))
  }
  const stop = (): void => settled.resolve()
  signal.addEventListener('abort', stop)
  let watching = watchAll(root)
  return {
    async next() {
      await watching
      if (!signal.aborted) await settled.promise
      settled = Promise.withResolvers()
      const told = changed
      changed = new Set()
      watching = watchAll(root)
      return told
    },
    close() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
