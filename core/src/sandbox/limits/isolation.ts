/**
 * The levels of isolation between a compromised sandbox process and the machine, weakest first.
 *
 * - `PROCESS`: Node's permission model, which restricts JavaScript only.
 * - `SECCOMP`: a filter also denies all system calls that open files and sockets, start programs or reach other
 *   processes, see `process/lockdown`.
 * - `BUBBLEWRAP`: the same, with separate namespaces: no network, a separate process table, and only Node, its
 *   libraries and isolated-vm as files.
 */
export const ISOLATIONS = ['PROCESS', 'SECCOMP', 'BUBBLEWRAP'] as const

export type Isolation = (typeof ISOLATIONS)[number]

export function isWeaker(isolation: Isolation, than: Isolation): boolean {
  return ISOLATIONS.indexOf(isolation) < ISOLATIONS.indexOf(than)
}
