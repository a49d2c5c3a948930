import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Kills a program that was started with or without bubblewrap. If bubblewrap is killed while it sets up namespaces, its
 * child waits for it forever. Therefore this function stops bubblewrap, kills the child and then kills bubblewrap.
 */
export function killConfined(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGSTOP')
  for (const pid of listChildren(child.pid)) kill(pid)
  child.kill('SIGKILL')
}

function listChildren(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children.split(' ').filter(Boolean).map(Number)
  } catch {
    return [] // the process has ended, or this is not Linux
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // the process has ended, or belongs to another user
  }
}
