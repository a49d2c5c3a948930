import { HostError } from './host-calls.ts'
import { GuestFailure } from './outbox.ts'

/** What ends a call whose code has thrown. */
export function toFailure(error: unknown): GuestFailure {
  if (error instanceof GuestFailure) return error
  return new GuestFailure(codeOf(error), textOf(error), framesOf(error))
}

/** Anything can be thrown, also what has no text. */
function textOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error)
    return isMemoryError(error)
      ? `too little memory for a value (${error.message}); read less at once, or set memoryMb in definePlugin`
      : String(error.message || error.name)
  } catch {
    return 'failed with an error that has no message'
  }
}

/** What the engine throws where it can refuse one large allocation; where it cannot, the isolate ends with MEMORY_LIMIT. */
function isMemoryError({ name, message }: Error): boolean {
  return name === 'RangeError' && /\bout of memory$|^Array buffer allocation failed$|^Invalid string length$/i.test(message)
}

const MAX_FRAMES_CHARS = 4000

/** Where it was thrown: the lines behind the message. Code of the plugin may have replaced the stack, as it may the message. */
function framesOf(error: unknown): string {
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

/** A refusal of the host keeps its code, also as the cause of another error. */
function codeOf(error: unknown): string {
  let cause = error
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    if (cause instanceof HostError) return String(cause.code).slice(0, 100)
    cause = cause.cause
  }
  return 'BLOCK_FAILED'
}
