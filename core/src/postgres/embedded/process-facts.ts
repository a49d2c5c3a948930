import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Whether a process with this id is running. A zombie (a process that has ended but was not reaped by its parent)
 * counts as running until its last thread has ended, because a thread may still be in a system call that renames a
 * file.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    if (errorCode(error) !== 'EPERM') return false
  }
  const fields = readStatFields(pid)
  return fields === undefined || !['Z', 'X'].includes(fields[0] ?? '') || Number(fields[17]) > 1
}

/**
 * Returns the start time of a process in clock ticks since boot, `null` on systems other than Linux. With the pid, it
 * identifies a process.
 */
export function readStartTime(pid: number): number | null {
  const ticks = readStatFields(pid)?.[19]
  return ticks === undefined ? null : Number(ticks)
}

/** Returns the command line of a process, joined by spaces; empty if it cannot be read. */
export function readCommand(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** Returns the code of a system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/**
 * Returns the fields of `/proc/<pid>/stat` after the second one, the name in brackets, which may contain spaces and
 * brackets.
 */
function readStatFields(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
