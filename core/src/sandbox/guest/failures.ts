import { BLOCK_ERROR_CODES, BlockError } from '@ashlar/sdk'
import { HostError } from './io/host-calls.ts'
import { GuestFailure } from './io/outbox.ts'

/** Converts an error that the code of a call threw. */
export function toFailure(error: unknown): GuestFailure {
  if (error instanceof GuestFailure) return error
  return new GuestFailure(findCode(error), getMessage(error), getFrames(error))
}

/** Code can throw any value, including values that cannot be converted to a string. */
function getMessage(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error)
    return isMemoryError(error)
      ? `too little memory for a value (${error.message}); process less data at a time, or set memoryMb in definePlugin`
      : String(error.message || error.name)
  } catch {
    return 'failed with an error that has no message'
  }
}

/**
 * Whether the engine has rejected one large allocation. If it cannot reject an allocation, the isolate ends with
 * MEMORY_LIMIT.
 */
function isMemoryError({ name, message }: Error): boolean {
  return name === 'RangeError' && /\bout of memory$|^Array buffer allocation failed$|^Invalid string length$/i.test(message)
}

const MAX_FRAMES_CHARS = 4000

/** The stack frames: the lines after the message. Plugin code can replace the stack, like the message. */
function getFrames(error: unknown): string {
  try {
    const stack: unknown = error instanceof Error ? error.stack : undefined
    if (typeof stack !== 'string') return ''
    const start = stack.indexOf('\n    at ')
    return start < 0 ? '' : stack.slice(start + 1, start + 1 + MAX_FRAMES_CHARS)
  } catch {
    return ''
  }
}

const MAX_CAUSES = 8

/** Finds the code of a host error, which may be a cause of the error. */
function findCode(error: unknown): string {
  let cause = error
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    if (cause instanceof BlockError) return BLOCK_ERROR_CODES.includes(cause.code) ? cause.code : 'BLOCK_FAILED'
    if (cause instanceof HostError) return String(cause.code).slice(0, 100)
    cause = cause.cause
  }
  return 'BLOCK_FAILED'
}
