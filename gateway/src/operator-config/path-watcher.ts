import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Watches a set of paths. */
interface PathWatcher {
  /** Replaces the watched paths. They are absolute and need not exist. */
  set(paths: Iterable<string>): void
  close(): void
}

const SETTLE_MS = 150

/** @param onChange is called 150 ms after the last change */
export function createPathWatcher(onChange: () => void): PathWatcher {
  let watchers: FSWatcher[] = []
  let timer: NodeJS.Timeout | undefined
  const schedule = (): void => {
    clearTimeout(timer)
    timer = setTimeout(onChange, SETTLE_MS)
  }
  const set = (paths: Iterable<string>): void => {
    const before = watchers
    watchers = [...Map.groupBy(paths, dirname)].flatMap(([folder, own]) =>
      watchNames(folder, new Set(own.map((path) => basename(path))), schedule),
    )
    for (const watcher of before) watcher.close()
  }
  return {
    set,
    close() {
      clearTimeout(timer)
      set([])
    },
  }
}

/**
 * Watches names in a folder. A watcher of a file does not notice when an editor or a package manager replaces the file.
 */
function watchNames(folder: string, names: ReadonlySet<string>, onEvent: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) onEvent()
    })
    return [watcher.on('error', () => watcher.close())]
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
