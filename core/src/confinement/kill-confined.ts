import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Kills a program that was started under bubblewrap, or without it. A bubblewrap that is killed while it sets up its namespaces would leave its
 * child waiting for it, for ever: so it is stopped first, and the child is killed before it.
 */
export function killConfined(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGSTOP')
  for (const pid of childrenOf(child.pid)) kill(pid)
  child.kill('SIGKILL')
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children.split(' ').filter(Boolean).map(Number)
  } catch {
    return [] // it has just ended, or this is not Linux
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has just ended, or belongs to another user
  }
}
