import { stop } from 'esbuild'

/** Longer than the pauses between the builds of a start. */
const IDLE_MS = 2000
let users = 0
let timer: NodeJS.Timeout | undefined

/**
 * Marks esbuild as used until the returned function is called. esbuild builds in a process of its own, which keeps the
 * memory of its largest builds: several hundred megabytes. That process ends when esbuild has been unused for two
 * seconds, and the next build starts another one.
 */
export function holdEsbuild(): () => void {
  users++
  clearTimeout(timer)
  return () => {
    users--
    if (users === 0) timer = setTimeout(() => void stop(), IDLE_MS).unref()
  }
}
