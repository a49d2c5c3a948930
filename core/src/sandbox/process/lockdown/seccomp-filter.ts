import type { AllowedCall, ArgumentTest } from './system-calls.ts'

/** Architectures for which there is a table of system calls. */
export type FilterArchitecture = 'x64' | 'arm64'

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of `include/uapi/linux/audit.h`. */
const AUDIT_ARCHITECTURES = { x64: 0xc000003e, arm64: 0xc00000b7 }
/** From this number on, x64 calls belong to the x32 ABI. */
const X32_CALLS = 0x40000000

// Instructions of classic BPF (`include/uapi/linux/bpf_common.h`).
const LOAD_WORD = 0x20
const AND = 0x54
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const RETURN = 0x06

// Offsets in `struct seccomp_data`.
const CALL_NUMBER = 0
const ARCHITECTURE = 4
const FIRST_ARGUMENT = 16
const BYTES_PER_ARGUMENT = 8
/** Both architectures are little-endian. */
const HALF_OFFSETS = { low: 0, high: 4 }

// Results (`include/uapi/linux/seccomp.h`).
const ALLOW = 0x7fff0000
const KILL_PROCESS = 0x80000000
const ERRNO = 0x00050000
const EPERM = 1
const ENOSYS = 38

/** The same number on all architectures. ENOSYS makes libc fall back to `clone`, whose flags a filter can read. */
const CLONE3 = 435

/** io_uring_setup, io_uring_enter, io_uring_register. */
const FIRST_IO_URING_CALL = 425
const LAST_IO_URING_CALL = 427

type Instruction = [code: number, jumpIfTrue: number, jumpIfFalse: number, value: number]

/**
 * Compiles a seccomp filter. It allows the listed calls and makes every other call return EPERM. A call of another
 * architecture ends the process.
 *
 * @returns `struct sock_filter[]`, 8 bytes per instruction, little-endian
 */
export function compileFilter(calls: readonly AllowedCall[], architecture: FilterArchitecture): Uint8Array<ArrayBuffer> {
  const program: Instruction[] = [
    [LOAD_WORD, 0, 0, ARCHITECTURE],
    [JUMP_IF_EQUAL, 1, 0, AUDIT_ARCHITECTURES[architecture]],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD_WORD, 0, 0, CALL_NUMBER],
    [JUMP_IF_AT_LEAST, 0, 1, X32_CALLS],
    [RETURN, 0, 0, KILL_PROCESS],
    [JUMP_IF_EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, ERRNO | ENOSYS],
    ...calls.flatMap((call) => compileCall(call, architecture)),
    [RETURN, 0, 0, ERRNO | EPERM],
  ]
  return encode(program)
}

/** A filter that denies only io_uring (ENOSYS). Its numbers are the same on every architecture. */
export function withoutIoUring(): Uint8Array<ArrayBuffer> {
  return encode([
    [LOAD_WORD, 0, 0, CALL_NUMBER],
    [JUMP_IF_AT_LEAST, 0, 2, FIRST_IO_URING_CALL],
    [JUMP_IF_AT_LEAST, 1, 0, LAST_IO_URING_CALL + 1],
    [RETURN, 0, 0, ERRNO | ENOSYS],
    [RETURN, 0, 0, ALLOW],
  ])
}

function compileCall(call: AllowedCall, architecture: FilterArchitecture): Instruction[] {
  const number = call[architecture]
  if (number === undefined) return []
  const body: Instruction[] = call.when
    ? [...call.when.flatMap(compileTests), [RETURN, 0, 0, ERRNO | EPERM]]
    : [[RETURN, 0, 0, ALLOW]]
  return [[JUMP_IF_EQUAL, 0, body.length, number], ...body]
}

/** Allows the call when every test holds, otherwise falls through. */
function compileTests(tests: readonly ArgumentTest[]): Instruction[] {
  const compiled: Instruction[] = [[RETURN, 0, 0, ALLOW]]
  for (const { argument, half = 'low', mask, value } of tests.toReversed()) {
    compiled.unshift(
      [LOAD_WORD, 0, 0, FIRST_ARGUMENT + argument * BYTES_PER_ARGUMENT + HALF_OFFSETS[half]],
      [AND, 0, 0, mask],
      [JUMP_IF_EQUAL, 0, compiled.length, value],
    )
  }
  return compiled
}

function encode(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  program.forEach(([code, jumpIfTrue, jumpIfFalse, value], i) => {
    view.setUint16(i * 8, code, true)
    view.setUint8(i * 8 + 2, jumpIfTrue)
    view.setUint8(i * 8 + 3, jumpIfFalse)
    view.setUint32(i * 8 + 4, value >>> 0, true)
  })
  return bytes
}
