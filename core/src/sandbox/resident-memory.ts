import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const PAGE_BYTES = 4096
const run = promisify(execFile)

/** Resident memory of a process in MB; 0 when it is gone. */
export async function residentMemoryMb(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux') {
      const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')
      return (Number(pages) * PAGE_BYTES) / 2 ** 20
    }
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
    return Number(stdout) / 1024
  } catch {
    return 0 // the process has just ended; its exit event tells the rest
  }
}
