import { readdir, readFile } from 'node:fs/promises'

/** CPU time of a process since its start, in milliseconds. */
export interface ProcessTime {
  /** The main thread. */
  main: number
  /** All other running threads. */
  others: number
}

/**
 * Returns the total CPU time of processes. Returns zero on systems other than Linux, which do not report it by thread.
 */
export async function cpuTime(pids: readonly number[]): Promise<ProcessTime> {
  const times = await Promise.all(pids.map(readTime))
  return { main: sum(times.map(({ main }) => main)), others: sum(times.map(({ others }) => others)) }
}

async function readTime(pid: number): Promise<ProcessTime> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const times = await Promise.all(threads.map(async (thread) => ({ thread, ms: await threadMs(pid, thread) })))
  const isMain = ({ thread }: { thread: string }): boolean => thread === String(pid)
  return {
    main: sum(times.filter(isMain).map(({ ms }) => ms)),
    others: sum(times.filter((each) => !isMain(each)).map(({ ms }) => ms)),
  }
}

/** The first number of the file is CPU time in nanoseconds. */
async function threadMs(pid: number, thread: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')
  return Number(text.split(' ')[0]) / 1e6
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
