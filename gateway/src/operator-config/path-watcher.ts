import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Tells that something was done to one of some paths. */
interface PathWatcher {
  /** Absolute paths, in place of those before; they need not be there. */
  set(paths: Iterable<string>): void
  close(): void
}

const SETTLE_MS = 150

/** @param changed is called when nothing more has happened for 150 ms */
export function createPathWatcher(changed: () => void): PathWatcher {
  let watchers: FSWatcher[] = []
  let timer: NodeJS.Timeout | undefined
  const hear = (): void => {
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  }
  const set = (paths: Iterable<string>): void => {
    const before = watchers
    watchers = [...Map.groupBy(paths, dirname)].flatMap(([folder, own]) =>
      watchNames(folder, new Set(own.map((path) => basename(path))), hear),
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

/** Editors and package managers put something else in the place of what was there, so it is the folder that is watched. */
function watchNames(folder: string, names: ReadonlySet<string>, hear: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) hear()
    })
    return [watcher.on('error', () => watcher.close())]
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
