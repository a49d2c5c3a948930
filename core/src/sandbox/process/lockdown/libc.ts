import type * as nodeFfi from 'node:ffi'
import type { FilterArchitecture } from './seccomp-filter.ts'

declare module 'node:ffi' {
  /** Missing in @types/node 26.6. */
  function getRawPointer(bytes: Uint8Array): bigint
}

/** The libc functions with which a process restricts itself. */
export interface Libc {
  fcntl(fd: number, command: number, argument: bigint): number
  prctl(option: number, a: bigint, b: bigint, c: bigint, d: bigint): number
  setrlimit(resource: number, limits: Uint8Array): number
  /** Ends the process immediately, without handlers and destructors. */
  _exit(code: number): void
  /** Returns only if it fails. */
  execv(path: string, args: Uint8Array): number
  /** Calls `seccomp(2)`, for which libc has no function. */
  syscall(number: bigint, operation: bigint, flags: bigint, program: Uint8Array): bigint
}

/** The same number on all architectures. Kernels before 5.9 lack it. */
const CLOSE_RANGE = 436n
const MAX_UINT = 0xffffffffn
const SECCOMP = { x64: 317n, arm64: 277n }
const SECCOMP_SET_MODE_FILTER = 1n
/** Applies the filter to every thread of the process. */
const SECCOMP_FILTER_FLAG_TSYNC = 1n
const PR_SET_NO_NEW_PRIVS = 38

/** @throws when this Node has no `node:ffi` */
export function openLibc(): Libc {
  return ffi().dlopen(null, {
    fcntl: { return: 'int32', arguments: ['int32', 'int32', 'int64'] },
    prctl: { return: 'int32', arguments: ['int32', 'uint64', 'uint64', 'uint64', 'uint64'] },
    setrlimit: { return: 'int32', arguments: ['int32', 'buffer'] },
    _exit: { return: 'void', arguments: ['int32'] },
    execv: { return: 'int32', arguments: ['string', 'buffer'] },
    syscall: { return: 'int64', arguments: ['int64', 'int64', 'int64', 'buffer'] },
  }).functions
}

/**
 * Installs a filter on all threads permanently.
 *
 * @param filter `struct sock_filter[]`
 * @throws when the kernel rejects it
 */
export function installFilter(libc: Libc, filter: Uint8Array): void {
  const { arch } = process
  if (!isFilterArchitecture(arch)) throw new Error(`there is no seccomp filter for ${arch}`)
  check('PR_SET_NO_NEW_PRIVS', libc.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n))
  const program = pointers([BigInt(filter.length / 8), ffi().getRawPointer(filter)]) // struct sock_fprog
  check('seccomp', Number(libc.syscall(SECCOMP[arch], SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program)))
}

/**
 * Closes all descriptors with this number or a higher one.
 *
 * @returns false when the kernel cannot do that
 */
export function closeFrom(fd: number): boolean {
  const { syscall } = ffi().dlopen(null, {
    syscall: { return: 'int64', arguments: ['int64', 'int64', 'int64', 'int64'] },
  }).functions
  return syscall(CLOSE_RANGE, BigInt(fd), MAX_UINT, 0n) === 0n
}

/** `char *[]`, terminated by a null pointer. The caller must keep the texts alive while the array is used. */
export function textPointers(texts: readonly Uint8Array[]): Uint8Array {
  return pointers([...texts.map((text) => ffi().getRawPointer(text)), 0n])
}

export function isFilterArchitecture(arch: string): arch is FilterArchitecture {
  return arch === 'x64' || arch === 'arm64'
}

/** @throws when a libc function failed */
export function check(name: string, result: number): void {
  if (result !== 0) throw new Error(`${name} failed`)
}

function pointers(words: readonly bigint[]): Uint8Array {
  return new Uint8Array(new BigUint64Array(words).buffer)
}

/** Loaded when needed: some builds of Node lack it. */
function ffi(): typeof nodeFfi {
  return process.getBuiltinModule('node:ffi')
}
