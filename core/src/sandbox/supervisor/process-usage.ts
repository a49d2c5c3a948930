import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** Resources that a process and its descendants use, as the operating system reports them. */
interface Usage {
  /** Resident memory. */
  memoryMb: number
  /** CPU time since the start, user and system, of all threads. */
  cpuMs: number
}

const NO_USAGE: Usage = { memoryMb: 0, cpuMs: 0 }
const PAGE_BYTES = 4096
/**
 * The length of a clock tick in `/proc`. The kernel reports 100 ticks per second to programs, independent of its
 * internal tick.
 */
const TICK_MS = 10
const run = promisify(execFile)

/** @returns zeros when the process has ended */
export async function readUsage(pid: number): Promise<Usage> {
  if (process.platform !== 'linux') return readPs(pid)
  const all = withDescendants(pid).map(readProc)
  return all.reduce((sum, { memoryMb, cpuMs }) => ({ memoryMb: sum.memoryMb + memoryMb, cpuMs: sum.cpuMs + cpuMs }), NO_USAGE)
}

/** Measures how long the threads of a process wait for a processor. Only Linux reports this time. */
export class WaitForCpu {
  readonly #pid: number
  #lastMs = new Map<string, number>()

  constructor(pid: number) {
    this.#pid = pid
    this.sinceLast()
  }

  /**
   * @returns the milliseconds that the thread with the longest wait has waited since the last reading; undefined when
   * the system does not report them
   */
  sinceLast(): number | undefined {
    if (process.platform !== 'linux') return undefined
    const waits = new Map(withDescendants(this.#pid).flatMap(readThreadWaits))
    if (waits.size === 0) return undefined
    const since = [...waits].map(([thread, ms]) => ms - (this.#lastMs.get(thread) ?? ms))
    this.#lastMs = waits
    return Math.max(0, ...since)
  }
}

/** A launcher such as bubblewrap remains the parent of the process that it starts. */
function withDescendants(pid: number): number[] {
  const pids = [pid]
  for (const each of pids) {
    const children = read(`/proc/${each}/task/${each}/children`).split(' ')
    pids.push(...children.filter((child) => child !== '').map(Number))
  }
  return pids
}

function readProc(pid: number): Usage {
  const stat = read(`/proc/${pid}/stat`)
  // the name of the program is in parentheses and may contain spaces
  const [, , , , , , , , , , , user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [, pages = 0] = read(`/proc/${pid}/statm`).split(' ').map(Number)
  return { memoryMb: (pages * PAGE_BYTES) / 2 ** 20, cpuMs: (user + system) * TICK_MS }
}

function readThreadWaits(pid: number): [thread: string, ms: number][] {
  return listThreads(pid).flatMap((thread) => {
    const [, nanoseconds] = read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')
    const wait: [thread: string, ms: number] = [thread, Number(nanoseconds) / 1e6]
    return nanoseconds === undefined ? [] : [wait]
  })
}

function listThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return [] // the process has ended
  }
}

/** Files of `/proc` are in memory: a synchronous read takes about 5 µs, an asynchronous one longer. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process or thread has ended
  }
}

async function readPs(pid: number): Promise<Usage> {
  try {
    const { stdout } = await run('ps', ['-o', 'rss=,time=', '-p', String(pid)])
    return parsePs(stdout)
  } catch {
    return NO_USAGE // the process has ended
  }
}

/** @param text resident KiB and `[[days-]hours:]minutes:seconds` of CPU time */
function parsePs(text: string): Usage {
  const [kib = '0', time = '0'] = text.trim().split(/\s+/)
  const [days, clock = '0'] = time.includes('-') ? time.split('-') : ['0', time]
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return { memoryMb: Number(kib) / 1024, cpuMs: Math.round((Number(days) * 86_400 + seconds) * 1000) }
}
