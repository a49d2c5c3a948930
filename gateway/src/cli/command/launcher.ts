import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

// `npx pnpm@12 start` creates a chain of processes: npm → shell → pnpm → shell → this process. A signal to one of them may not reach this
// process: npm forwards SIGTERM to its shell, which ends; pnpm and this process continue without their parent. So this process polls the chain.

/** A process, as described in `/proc`. */
interface ProcessFacts {
  pid: number
  parent: number
  /** The program and its arguments. */
  command: string[]
}

type ReadProcess = (pid: number) => ProcessFacts | undefined

const POLL_EVERY_MS = 500

/**
 * Calls `ended` once when one of the package managers that started this process, or a shell between them, has ended. The parent of the
 * first package manager may end, as it does for a server in the background. Does nothing on systems without `/proc`.
 *
 * @returns a function that stops the polling
 */
export function watchLauncher(ended: () => void): () => void {
  const chain = findLaunchers(process.pid, readProcess)
  if (chain.length < 2) return () => undefined
  const timer = setInterval(() => {
    if (isWhole(chain, readProcess)) return
    clearInterval(timer)
    ended()
  }, POLL_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** Returns this process and its ancestors, up to the highest package manager that is reached through shells and package managers only. */
export function findLaunchers(pid: number, readProcess: ReadProcess): number[] {
  const chain = [pid]
  let length = 1
  for (let facts = readProcess(readProcess(pid)?.parent ?? 0); facts && facts.pid > 1; facts = readProcess(facts.parent)) {
    chain.push(facts.pid)
    if (isPackageManager(facts)) length = chain.length
    else if (!isShell(facts)) break
  }
  return chain.slice(0, length)
}

export function isWhole(chain: readonly number[], readProcess: ReadProcess): boolean {
  return chain.slice(0, -1).every((pid, index) => readProcess(pid)?.parent === chain[index + 1])
}

function isPackageManager({ command: [program = '', script = ''] }: ProcessFacts): boolean {
  const manager = /^(npm|npx|pnpm|pnpx|yarn|bun|bunx|corepack)(-cli)?(\.c?js)?$/
  // npm replaces the program and all arguments with its title, "npm exec pnpm@12 start".
  return [...program.split(' ', 1), ...(basename(program) === 'node' ? [script] : [])].some((word) =>
    manager.test(basename(word)),
  )
}

function isShell({ command: [program = ''] }: ProcessFacts): boolean {
  return /^-?(sh|dash|bash|zsh|ash|busybox)$/.test(basename(program))
}

function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return { pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') }
  } catch {
    return undefined // the process has ended, or the system is not Linux
  }
}
