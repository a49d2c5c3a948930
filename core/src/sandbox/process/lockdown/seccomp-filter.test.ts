import { describe, expect, it } from 'vitest'
import { compileFilter, withoutIoUring, type FilterArchitecture } from './seccomp-filter.ts'
import { allowedCalls } from './system-calls.ts'

const PROCESS_ID = 4711
const ARCHITECTURES = { x64: 0xc000003e, arm64: 0xc00000b7 }
/** Larger than the number of every system call. */
const MAX_NUMBER = 1000
const [EPERM, ENOSYS] = ['errno 1', 'errno 38']
/** Arguments for which every test fails. */
const ODD_ARGUMENTS = Array.from({ length: 6 }, () => 0xffffffff)

/**
 * Interprets classic BPF as described in `seccomp(2)`, so that the filter is tested for all architectures on any
 * machine.
 */
function runFilter(filter: Uint8Array, data: { number: number; architecture: number; args?: number[] }): string {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.byteLength)
  const words = new Map([
    [0, data.number],
    [4, data.architecture],
    ...(data.args ?? []).flatMap((arg, i): [number, number][] => [
      [16 + 8 * i, arg % 2 ** 32],
      [20 + 8 * i, Math.floor(arg / 2 ** 32)],
    ]),
  ])
  let accumulator = 0
  for (let at = 0; at < filter.length; at += 8) {
    const [code, value] = [view.getUint16(at, true), view.getUint32(at + 4, true)]
    const jump = (holds: boolean): number => (at += 8 * view.getUint8(at + (holds ? 2 : 3)))
    if (code === 0x20) accumulator = (words.get(value) ?? 0) >>> 0
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0
    else if (code === 0x15) jump(accumulator === value)
    else if (code === 0x35) jump(accumulator >= value)
    else if (code === 0x06) return describeResult(value)
    else throw new Error(`unknown instruction ${code}`)
  }
  throw new Error('the filter ends without a result')
}

function describeResult(value: number): string {
  if (value === 0x7fff0000) return 'allow'
  if (value === 0x80000000) return 'kill'
  return `errno ${value & 0xffff}`
}

describe.each(Object.keys(ARCHITECTURES) as FilterArchitecture[])('the filter for %s', (name) => {
  const calls = allowedCalls(PROCESS_ID)
  const filter = compileFilter(calls, name)
  const architecture = ARCHITECTURES[name]
  const run = (number: number, ...args: number[]): string => runFilter(filter, { number, architecture, args })
  const findNumber = (call: string): number => calls.find((each) => each.name === call)?.[name] ?? NaN

  it('allows only the unconditional calls of the table if every argument test fails', () => {
    const unconditional = new Set(calls.filter(({ when }) => !when).map((call) => call[name]))
    const allowed = Array.from({ length: MAX_NUMBER }, (_, number) => number).filter(
      (number) => run(number, ...ODD_ARGUMENTS) === 'allow',
    )
    expect(new Set(allowed)).toEqual(new Set([...unconditional].filter((number) => number !== undefined)))
  })

  it.each(['open', 'openat', 'openat2', 'socket', 'connect', 'execve', 'execveat', 'fork', 'ptrace', 'kill', 'io_uring_setup'])(
    'has no %s in its table',
    (call) => expect(findNumber(call)).toBeNaN(),
  )

  it('makes libc fall back from clone3 to clone', () => expect(run(435)).toBe(ENOSYS))

  it.each([
    ['a thread', 0x3d0f00, 'allow'],
    ['a process', 0x11, EPERM],
    ['a process that shares memory', 0x4111, EPERM],
    ['a thread in a new user namespace', 0x10010000, EPERM],
    ['a thread in a new network namespace', 0x40010000, EPERM],
  ])('clone of %s: %s', (_, flags, result) => expect(run(findNumber('clone'), flags)).toBe(result))

  it.each([
    ['tgkill', [PROCESS_ID], 'allow'],
    ['tgkill', [1], EPERM],
    ['prctl', [15], 'allow'],
    ['prctl', [22], EPERM],
    ['prlimit64', [0, 7, 0], 'allow'],
    ['prlimit64', [0, 7, 1], EPERM],
    ['prlimit64', [0, 7, 2 ** 32], EPERM], // a pointer whose low half is 0
    ['prlimit64', [1, 7, 0], EPERM],
    ['fcntl', [3, 2], 'allow'],
    ['fcntl', [3, 8], EPERM],
    ['ioctl', [3, 0x5421], 'allow'],
    ['ioctl', [3, 0x5412], EPERM],
  ] as const)('%s with arguments %j: %s', (call, args, result) => expect(run(findNumber(call), ...args)).toBe(result))

  it('ends a process that makes a call of another architecture', () => {
    expect(runFilter(filter, { number: 0, architecture: 0x40000003 })).toBe('kill')
  })

  it('ends a process that uses the x32 ABI', () => expect(run(0x40000001)).toBe('kill'))
})

describe('the filter of the launcher', () => {
  it('denies only io_uring', () => {
    const numbers = Array.from({ length: MAX_NUMBER }, (_, number) => number)
    const refused = numbers.filter((number) => runFilter(withoutIoUring(), { number, architecture: 0 }) !== 'allow')
    expect(refused).toEqual([425, 426, 427])
    expect(runFilter(withoutIoUring(), { number: 425, architecture: 0 })).toBe(ENOSYS)
  })
})
