/**
 * What stands between machine code that has taken over a sandbox process and the machine, weakest first.
 *
 * - `PROCESS`: Node's permission model, which binds JavaScript only.
 * - `SECCOMP`: the process has given up every system call that opens, starts, or reaches anything, see `process/lockdown`.
 * - `BUBBLEWRAP`: the same, and namespaces of its own: no network, an own process table, only its own modules as files.
 */
export const ISOLATIONS = ['PROCESS', 'SECCOMP', 'BUBBLEWRAP'] as const

export type Isolation = (typeof ISOLATIONS)[number]

export function isWeaker(isolation: Isolation, than: Isolation): boolean {
  return ISOLATIONS.indexOf(isolation) < ISOLATIONS.indexOf(than)
}
