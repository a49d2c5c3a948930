import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const PAGE_BYTES = 4096
const run = promisify(execFile)

/** What a process has before it is measured. */
const FRESH_MB = 60
/** A change of less is not reported. */
const STEP_MB = 8

/** The resident memory of one process. */
export class ResidentMemory {
  readonly #report: (mb: number) => void
  #reportedMb = FRESH_MB
  mb = FRESH_MB

  /** @param report called when it has changed */
  constructor(report: (mb: number) => void) {
    this.#report = report
  }

  async measure(pid: number): Promise<void> {
    this.mb = await residentMemoryMb(pid)
    if (Math.abs(this.mb - this.#reportedMb) < STEP_MB) return
    this.#reportedMb = this.mb
    this.#report(this.mb)
  }
}

/** Resident memory of a process in MB; 0 when it is gone. */
async function residentMemoryMb(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux') {
      const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')
      return (Number(pages) * PAGE_BYTES) / 2 ** 20
    }
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
    return Number(stdout) / 1024
  } catch {
    return 0 // the process has just ended, which its exit event reports
  }
}
