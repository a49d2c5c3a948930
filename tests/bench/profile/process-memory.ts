import { readFile } from 'node:fs/promises'

const PAGE_BYTES = 4096

/** Returns the total resident memory of processes, in MB. Linux only. */
export async function processMemoryMb(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(
    pids.map(async (pid) => {
      const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0') // the process has ended
      return (Number(statm.split(' ')[1]) * PAGE_BYTES) / 2 ** 20
    }),
  )
  return each.reduce((sum, mb) => sum + mb, 0)
}
