import { readdirSync, readFileSync } from 'node:fs'
import { kill } from './kill-confined.ts'

const INTERVAL_MS = 60_000

/** Calls {@link killOrphans} now and once a minute. @returns a function that stops it */
export function startKillingOrphans(argument: string): () => void {
  killOrphans(argument)
  const timer = setInterval(() => killOrphans(argument), INTERVAL_MS).unref()
  return () => clearInterval(timer)
}

/**
 * Kills the orphaned processes of killed workers. Bubblewrap ends with its parent. If that happens before bubblewrap
 * has set up the namespaces of its child, the child waits for it forever. Such a child has not run any program yet.
 *
 * @param argument an argument by which to recognize the bubblewrap processes
 */
export function killOrphans(argument: string): void {
  if (process.platform !== 'linux') return
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (isBubblewrap(pid, argument) && isOrphan(pid)) kill(Number(pid))
  }
}

function isBubblewrap(pid: string, argument?: string): boolean {
  const [program = '', ...args] = read(`/proc/${pid}/cmdline`).split('\0')
  return /(^|\/)bwrap$/.test(program) && (argument === undefined || args.includes(argument))
}

/** Whether the process is in a namespace that bubblewrap created for it, and its parent is no longer bubblewrap. */
function isOrphan(pid: string): boolean {
  const status = read(`/proc/${pid}/status`)
  const [, parent = ''] = /^PPid:\s*(\d+)$/m.exec(status) ?? []
  return countPids(status) > countPids(read('/proc/self/status')) && !isBubblewrap(parent)
}

/** The number of process ids of a process: one in each namespace from the worker's to the process's own. */
function countPids(status: string): number {
  return /^NSpid:\s*(.+)$/m.exec(status)?.[1]?.split(/\s+/).length ?? 0
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended
  }
}
