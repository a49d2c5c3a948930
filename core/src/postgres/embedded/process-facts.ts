import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Whether a process of this id exists. A zombie (ended, not yet reaped by its parent) does not count, once its last thread
 * has ended: until then one of them may still be in a system call, and a file that it renames changes after all.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    if (errorCode(error) !== 'EPERM') return false
  }
  const fields = statFields(pid)
  return fields === undefined || !['Z', 'X'].includes(fields[0] ?? '') || Number(fields[17]) > 1
}

/** When the process started, in clock ticks since boot: with the pid, this names one process. `null` where only Linux tells. */
export function startOf(pid: number): number | null {
  const ticks = statFields(pid)?.[19]
  return ticks === undefined ? null : Number(ticks)
}

/** The command line of a process, joined by spaces; empty when there is none to be read. */
export function commandOf(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** `ENOENT` and the like, of an error that came from the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** `/proc/<pid>/stat` from its third field (the state) on: the second, the name in brackets, may itself hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
