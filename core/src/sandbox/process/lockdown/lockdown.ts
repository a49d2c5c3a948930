import { closeSync } from 'node:fs'
import { check, closeFrom, installFilter, isFilterArchitecture, openLibc, type Libc } from './libc.ts'
import { compileFilter } from './seccomp-filter.ts'
import { allowedCalls } from './system-calls.ts'

export interface LockdownOptions {
  /** Limits the number of threads. Possible only in a separate user namespace, where no other threads count. */
  limitsThreads: boolean
}

const PR_SET_PDEATHSIG = 1
const PR_SET_DUMPABLE = 4
const SIGKILL = 9n
const F_GETFD = 1
const FD_CLOEXEC = 1
/** The first descriptor after the standard streams and the channel to the worker. */
const FIRST_UNKNOWN_FD = 4
/** Node's own descriptors have the lowest free numbers, so they are below this one. */
const FIRST_FOREIGN_FD = 4096
/** The default of `fs.nr_open`, above which no process may have descriptors. */
const MAX_FD = 1024 * 1024

/** Numbers of `include/uapi/asm-generic/resource.h`. */
const RLIMIT = { FSIZE: 1, CORE: 4, NPROC: 6, NOFILE: 7, MEMLOCK: 8, MSGQUEUE: 12 }
const MAX_THREADS = 128
const MAX_OPEN_FILES = 256

/** Whether this platform has a lockdown. */
export function canLockDown(): boolean {
  return process.platform === 'linux' && isFilterArchitecture(process.arch)
}

/**
 * Removes all rights from this process that isolates do not need to compute. After that, even machine code in it cannot
 * open a file or a socket, start a program or a process, or signal another process. Call it after all modules are
 * loaded and before any plugin code runs.
 *
 * - The process receives SIGKILL when its parent ends. It creates no core dumps, and other processes of the user cannot
 *   attach to it.
 * - It closes inherited descriptors other than the standard streams and the channel.
 * - It limits descriptors, threads and files, but not memory: V8 reserves half a gigabyte of writable addresses for
 *   every isolate, so the worker limits resident memory instead.
 * - It installs a seccomp filter on all threads, see `system-calls.ts`.
 *
 * @throws when any part fails; the process must not run plugin code then
 */
export function lockDown({ limitsThreads }: LockdownOptions): void {
  if (!isFilterArchitecture(process.arch)) throw new Error(`there is no seccomp filter for ${process.arch}`)
  const libc = openLibc()
  const parent = process.ppid
  check('PR_SET_PDEATHSIG', libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n))
  if (process.ppid !== parent) throw new Error('the parent has ended')
  check('PR_SET_DUMPABLE', libc.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n))
  closeInherited(libc)
  limitResources(libc, limitsThreads)
  installFilter(libc, compileFilter(allowedCalls(process.pid), process.arch))
}

/**
 * Ends a locked-down process: it can no longer send signals, and a normal exit would wait for isolates that compute.
 */
export function exitNow(code: number): void {
  openLibc()._exit(code)
}

/** Node opens everything with FD_CLOEXEC, so a descriptor that lacks it came from the parent. */
function closeInherited(libc: Libc): void {
  const lastFd = closeFrom(FIRST_FOREIGN_FD) ? FIRST_FOREIGN_FD : MAX_FD
  for (let fd = FIRST_UNKNOWN_FD; fd < lastFd; fd++) {
    const flags = libc.fcntl(fd, F_GETFD, 0n)
    if (flags >= 0 && (flags & FD_CLOEXEC) === 0) closeSync(fd)
  }
}

function limitResources(libc: Libc, limitsThreads: boolean): void {
  const limits: [resource: number, value: number][] = [
    [RLIMIT.CORE, 0],
    [RLIMIT.FSIZE, 0],
    [RLIMIT.MEMLOCK, 0],
    [RLIMIT.MSGQUEUE, 0],
    [RLIMIT.NOFILE, MAX_OPEN_FILES],
  ]
  if (limitsThreads) limits.push([RLIMIT.NPROC, MAX_THREADS])
  for (const [resource, value] of limits) {
    const softAndHard = new BigUint64Array([BigInt(value), BigInt(value)])
    check(`setrlimit ${resource}`, libc.setrlimit(resource, new Uint8Array(softAndHard.buffer)))
  }
}
