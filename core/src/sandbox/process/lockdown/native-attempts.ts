/**
 * For tests: attempts of machine code in a compromised sandbox process. It locks the process down like `main.ts`, makes
 * system calls without any check by Node, and writes the results to standard error as JSON: name → errno, or `done` if
 * the call succeeded. Arguments: the options of the lockdown as JSON; with `stays`, it computes forever after the
 * attempts.
 */
import { writeSync } from 'node:fs'
import { lockDown, type LockdownOptions } from './lockdown.ts'

const ffi = process.getBuiltinModule('node:ffi')
const { functions: libc } = ffi.dlopen(null, {
  syscall: { return: 'int64', arguments: ['int64', 'int64', 'int64', 'int64', 'int64', 'int64', 'int64'] },
  __errno_location: { return: 'pointer', arguments: [] },
})
const path = Buffer.alloc(64, '/etc/passwd\0')
const scratch = Buffer.alloc(256)
const [pathAt, scratchAt] = [path, scratch].map((buffer) => ffi.getRawPointer(buffer)) as [bigint, bigint]
const parent = BigInt(process.ppid)
const AT_FDCWD = -100n
const SIGKILL = 9n
const MAP_PRIVATE_ANONYMOUS = 0x22n
/** The low half of this address is 0. */
const HIGH_ADDRESS = 0x100000000n

/** Numbers of x86-64. */
const ATTEMPTS: Record<string, [number: number, ...args: bigint[]]> = {
  open: [2, pathAt],
  openat: [257, AT_FDCWD, pathAt],
  openat2: [437, AT_FDCWD, pathAt, scratchAt, 24n],
  creat: [85, pathAt, 0o600n],
  readlink: [89, pathAt, scratchAt, 10n],
  stat: [4, pathAt, scratchAt],
  unlink: [87, pathAt],
  rename: [82, pathAt, pathAt],
  mkdir: [83, pathAt],
  chdir: [80, pathAt],
  chroot: [161, pathAt],
  mount: [165, pathAt, pathAt],
  'open by handle': [304, AT_FDCWD, scratchAt],
  'internet socket': [41, 2n, 1n],
  'unix socket': [41, 1n, 1n],
  'netlink socket': [41, 16n, 3n],
  'vsock socket': [41, 40n, 1n],
  'raw socket': [41, 17n, 3n],
  connect: [42, 3n, scratchAt, 16n],
  'send a descriptor': [46, 3n, scratchAt],
  fork: [57],
  vfork: [58],
  'clone of a process': [56, 0x11n],
  clone3: [435, scratchAt, 88n],
  execve: [59, pathAt],
  execveat: [322, AT_FDCWD, pathAt],
  memfd_create: [319, pathAt],
  ptrace: [101, 16n, parent],
  'read memory of the parent': [310, parent, scratchAt, 1n, scratchAt, 1n],
  'write memory of the parent': [311, parent, scratchAt, 1n, scratchAt, 1n],
  pidfd_open: [434, parent],
  'kill the parent': [62, parent, SIGKILL],
  'kill a thread of the parent': [234, parent, parent, SIGKILL],
  'kill everything': [62, -1n, SIGKILL],
  io_uring_setup: [425, 8n, scratchAt],
  io_uring_enter: [426, 3n, 1n],
  io_uring_register: [427, 3n],
  userfaultfd: [323, 0n],
  keyctl: [250, 0n],
  add_key: [248, pathAt],
  bpf: [321, 0n, scratchAt, 64n],
  perf_event_open: [298, scratchAt],
  unshare: [272, 0x10000000n],
  setns: [308, 3n],
  'raise a limit': [302, 0n, 7n, scratchAt],
  'raise a limit, from a high address': [302, 0n, 7n, HIGH_ADDRESS],
  'set a limit of the parent': [302, parent, 7n, scratchAt],
  'become dumpable': [157, 4n, 1n],
  'outlive the parent': [157, 1n, 0n],
  'another filter': [317, 1n, 0n, scratchAt],
  personality: [135, 0x0040000n],
  shmget: [29, 1n, 4096n, 0o1777n],
  mq_open: [240, pathAt, 0x40n],
  inotify_init: [253],
  fanotify_init: [300],
  setuid: [105, 0n],
  capset: [126, scratchAt, scratchAt],
  'signals by a descriptor': [72, 3n, 8n, parent],
  'type into a terminal': [16, 0n, 0x5412n, scratchAt],
}

const { stays, ...options } = JSON.parse(process.argv[2] ?? '{}') as LockdownOptions & { stays?: boolean }
lockDown(options)
const results: Record<string, number | 'done'> = {}
for (const [name, [number, ...args]] of Object.entries(ATTEMPTS)) {
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = args
  const failed = libc.syscall(BigInt(number), a, b, c, d, e, f) < 0n
  results[name] = failed ? ffi.getInt32(libc.__errno_location(), 0) : 'done'
}
const memory = libc.syscall(9n, 0n, 4096n, 7n, MAP_PRIVATE_ANONYMOUS, -1n, 0n) // V8 needs this one
results['memory to compute in'] = memory > 0n ? 'done' : ffi.getInt32(libc.__errno_location(), 0)
// without FD_CLOEXEC
const inherited = [4, 5, 6, 7, 251, 5000].filter((fd) => libc.syscall(72n, BigInt(fd), 1n, 0n, 0n, 0n, 0n) === 0n)
writeSync(2, JSON.stringify({ results, inherited }))
while (stays);
process.exit(0)
