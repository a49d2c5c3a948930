import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

// `npx pnpm@12 start` is a chain of processes: npm → shell → pnpm → shell → we. A signal to one of them does not always
// reach us: npm passes SIGTERM to its shell, which ends and leaves pnpm, and us, without a parent. So we look at the chain.

/** A process as Linux tells of it. */
interface ProcessFacts {
  pid: number
  parent: number
  /** The program and its arguments. */
  command: string[]
}

type Look = (pid: number) => ProcessFacts | undefined

const LOOK_EVERY_MS = 500

/**
 * Calls back once when one of the package managers that started us, or a shell between them, has ended. Who started the
 * first of them may go: that is how a server is put into the background. Does nothing where the system does not tell.
 *
 * @returns a function that ends it
 */
export function watchLauncher(gone: () => void): () => void {
  const chain = launchersOf(process.pid, look)
  if (chain.length < 2) return () => undefined
  const timer = setInterval(() => {
    if (isWhole(chain, look)) return
    clearInterval(timer)
    gone()
  }, LOOK_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** This process and those above it, up to the highest package manager that only shells and package managers lie below. */
export function launchersOf(pid: number, look: Look): number[] {
  const chain = [pid]
  let length = 1
  for (let facts = look(look(pid)?.parent ?? 0); facts && facts.pid > 1; facts = look(facts.parent)) {
    chain.push(facts.pid)
    if (isPackageManager(facts)) length = chain.length
    else if (!isShell(facts)) break
  }
  return chain.slice(0, length)
}

export function isWhole(chain: readonly number[], look: Look): boolean {
  return chain.slice(0, -1).every((pid, index) => look(pid)?.parent === chain[index + 1])
}

function isPackageManager({ command: [program = '', script = ''] }: ProcessFacts): boolean {
  const manager = /^(npm|npx|pnpm|pnpx|yarn|bun|bunx|corepack)(-cli)?(\.c?js)?$/
  // npm sets its title, "npm exec pnpm@12 start", in place of the program and all arguments.
  return [...program.split(' ', 1), ...(basename(program) === 'node' ? [script] : [])].some((word) =>
    manager.test(basename(word)),
  )
}

function isShell({ command: [program = ''] }: ProcessFacts): boolean {
  return /^-?(sh|dash|bash|zsh|ash|busybox)$/.test(basename(program))
}

function look(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return { pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') }
  } catch {
    return undefined // it has ended, or this is not Linux
  }
}
