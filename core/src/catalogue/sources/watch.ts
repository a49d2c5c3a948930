import { watch } from 'node:fs'

const SETTLE_MS = 150

/**
 * Calls `changed` when a file in one of the folders has changed and no other change follows for 150 ms. Calls do not overlap.
 *
 * @returns a function that stops watching
 */
export function watchPlugins(roots: readonly string[], changed: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const settle = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(changed)
    }, SETTLE_MS)
  }
  const watchers = roots.map((root) =>
    watch(root, { recursive: true, persistent: false }, (_event, file) => {
      if (file !== null && !/(^|[\\/])(node_modules|\.git)([\\/]|$)/.test(file)) settle()
    }),
  )
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
