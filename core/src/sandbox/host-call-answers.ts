import { AshlarError } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { SandboxLimits } from './limits.ts'

/** Calls to the host that one run of a block may make. */
const MAX_HOST_CALLS = 10_000

/** Performs what a call asks of the host. @returns the value, or null and what went wrong: only an expected error's message goes back into the sandbox */
export async function answerHostCall(
  call: Call,
  method: string,
  args: unknown,
  limits: SandboxLimits,
): Promise<[value: unknown] | [value: null, message: string]> {
  call.hostCalls++
  call.openHostCalls++
  try {
    assertWithinLimits(call, limits)
    const value = await call.sink.hostCall?.(method, Array.isArray(args) ? (args as unknown[]) : [])
    return [value ?? null]
  } catch (error) {
    return [null, error instanceof AshlarError ? error.message : 'the host failed']
  } finally {
    call.openHostCalls--
  }
}

function assertWithinLimits({ hostCalls, openHostCalls }: Call, { maxHostCallsAtOnce }: SandboxLimits): void {
  if (openHostCalls > maxHostCallsAtOnce)
    throw new AshlarError('OUTPUT_LIMIT', `more than ${maxHostCallsAtOnce} calls to the host at once`)
  if (hostCalls > MAX_HOST_CALLS) throw new AshlarError('OUTPUT_LIMIT', `more than ${MAX_HOST_CALLS} calls to the host`)
}
