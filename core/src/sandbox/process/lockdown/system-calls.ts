/**
 * A condition on one half of an argument of a system call: `(half & mask) === value`. The kernel reads 32 bits of an
 * `int`, but all 64 bits of a pointer, so a test of a pointer needs both halves.
 */
export interface ArgumentTest {
  argument: number
  /** @default 'low' */
  half?: 'low' | 'high'
  mask: number
  value: number
}

/** An allowed system call, with its numbers. */
export interface AllowedCall {
  name: string
  x64: number
  /** Absent if arm64 has no such call. */
  arm64?: number
  /** Every test of at least one list must hold. @default any arguments */
  when?: readonly (readonly ArgumentTest[])[]
}

const WHOLE = 0xffffffff
const CLONE_THREAD = 0x00010000
/** Every CLONE_NEW* flag: NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const CLONE_NEW = 0x00000080 | 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000

/** Tests that are true if `argument` is one of the values. */
function oneOf(argument: number, ...values: number[]): ArgumentTest[][] {
  return values.map((value) => [{ argument, mask: WHOLE, value }])
}

/**
 * The system calls of V8, libuv and libc while isolates compute and messages are exchanged, after all modules are
 * loaded. The most frequent calls come first. Numbers: Linux `arch/x86/entry/syscalls/syscall_64.tbl` and
 * `include/uapi/asm-generic/unistd.h`.
 *
 * Intentionally absent: every call that opens a file, a socket or another process, starts a program or a process,
 * changes limits, credentials or namespaces, or reaches io_uring, userfaultfd, keyrings, BPF and performance counters.
 */
const ALWAYS: readonly AllowedCall[] = [
  { name: 'futex', x64: 202, arm64: 98 },
  { name: 'read', x64: 0, arm64: 63 },
  { name: 'write', x64: 1, arm64: 64 },
  { name: 'epoll_pwait', x64: 281, arm64: 22 },
  { name: 'epoll_wait', x64: 232 },
  { name: 'madvise', x64: 28, arm64: 233 },
  { name: 'mprotect', x64: 10, arm64: 226 },
  { name: 'mmap', x64: 9, arm64: 222 },
  { name: 'munmap', x64: 11, arm64: 215 },
  { name: 'writev', x64: 20, arm64: 66 },
  { name: 'readv', x64: 19, arm64: 65 },
  { name: 'epoll_ctl', x64: 233, arm64: 21 },
  { name: 'clock_gettime', x64: 228, arm64: 113 },
  { name: 'gettimeofday', x64: 96, arm64: 169 },
  { name: 'clock_getres', x64: 229, arm64: 114 },
  { name: 'clock_nanosleep', x64: 230, arm64: 115 },
  { name: 'nanosleep', x64: 35, arm64: 101 },
  { name: 'sched_yield', x64: 24, arm64: 124 },
  { name: 'getrandom', x64: 318, arm64: 278 },
  { name: 'getrusage', x64: 98, arm64: 165 },
  { name: 'getcpu', x64: 309, arm64: 168 },
  { name: 'getpid', x64: 39, arm64: 172 },
  { name: 'gettid', x64: 186, arm64: 178 },
  { name: 'sysinfo', x64: 99, arm64: 179 },
  { name: 'brk', x64: 12, arm64: 214 },
  { name: 'mremap', x64: 25, arm64: 216 },
  { name: 'membarrier', x64: 324, arm64: 283 },
  { name: 'pkey_mprotect', x64: 329, arm64: 288 },
  { name: 'pkey_alloc', x64: 330, arm64: 289 },
  { name: 'pkey_free', x64: 331, arm64: 290 },
  { name: 'rt_sigaction', x64: 13, arm64: 134 },
  { name: 'rt_sigprocmask', x64: 14, arm64: 135 },
  { name: 'rt_sigreturn', x64: 15, arm64: 139 },
  { name: 'sigaltstack', x64: 131, arm64: 132 },
  { name: 'restart_syscall', x64: 219, arm64: 128 },
  { name: 'set_robust_list', x64: 273, arm64: 99 },
  { name: 'rseq', x64: 334, arm64: 293 },
  { name: 'sched_getaffinity', x64: 204, arm64: 123 },
  { name: 'sched_getparam', x64: 143, arm64: 121 },
  { name: 'sched_getscheduler', x64: 145, arm64: 120 },
  { name: 'eventfd2', x64: 290, arm64: 19 },
  { name: 'close', x64: 3, arm64: 57 },
  { name: 'fstat', x64: 5, arm64: 80 },
  { name: 'shutdown', x64: 48, arm64: 210 },
  { name: 'exit', x64: 60, arm64: 93 },
  { name: 'exit_group', x64: 231, arm64: 94 },
]

/** @param processId only this process may be signalled */
export function allowedCalls(processId: number): AllowedCall[] {
  return [
    ...ALWAYS,
    // Threads of this process only, in the same namespaces.
    { name: 'clone', x64: 56, arm64: 220, when: [[{ argument: 0, mask: CLONE_THREAD | CLONE_NEW, value: CLONE_THREAD }]] },
    // Only O_CLOEXEC and O_NONBLOCK: no notification pipes.
    { name: 'pipe2', x64: 293, arm64: 59, when: [[{ argument: 1, mask: ~0x80800, value: 0 }]] },
    // abort() signals its own process.
    { name: 'tgkill', x64: 234, arm64: 131, when: oneOf(0, processId) },
    // F_GETFD, F_SETFD, F_GETFL, F_SETFL
    { name: 'fcntl', x64: 72, arm64: 25, when: oneOf(1, 1, 2, 3, 4) },
    // FIONBIO, FIOCLEX, FIONREAD, TCGETS
    { name: 'ioctl', x64: 16, arm64: 29, when: oneOf(1, 0x5421, 0x5451, 0x541b, 0x5401) },
    // PR_SET_NAME, PR_SET_VMA: names of threads and memory
    { name: 'prctl', x64: 157, arm64: 167, when: oneOf(0, 15, 0x53564d41) },
    // Reads its own limits only.
    {
      name: 'prlimit64',
      x64: 302,
      arm64: 261,
      when: [
        [
          { argument: 0, mask: WHOLE, value: 0 },
          { argument: 2, mask: WHOLE, value: 0 },
          { argument: 2, half: 'high', mask: WHOLE, value: 0 },
        ],
      ],
    },
  ]
}
