import { readFile } from 'node:fs/promises'

/** Returns the CPU time of a process in milliseconds; undefined when the process has ended. */
export async function cpuTimeMs(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stat === '' || fields[0] === 'Z' ? undefined : (Number(fields[11]) + Number(fields[12])) * 10
}
