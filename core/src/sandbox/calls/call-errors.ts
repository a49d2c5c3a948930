import { AshlarError } from '../../base/index.ts'
import type { Call, CallRequest } from './call.ts'
import type { Loss } from './guest-reports.ts'
import type { Isolation, SandboxLimits } from '../limits/index.ts'
import { withRemedy } from './missing-globals.ts'

/** The error of a call that exceeded its deadline. */
export function timeout({ request: { kind, timeoutMs } }: Call): AshlarError {
  const remedy = 'set "timeoutMs" of the node in the graph document to a larger number, or give the block less work'
  return new AshlarError(
    'TIMEOUT',
    `did not finish within ${timeoutMs} ms${kind === 'run' ? `, the time limit of the node: ${remedy}` : ''}`,
  )
}

/** The error of a call that exceeded the limit of CPU time. */
export function cpuLimit(limitMs: number): AshlarError {
  const remedy = `${SPLIT_REMEDY}; if the block contains an infinite loop, correct it`
  return new AshlarError(
    'CPU_LIMIT',
    `used more than ${limitMs} ms of CPU time, the limit of one run of a block, which cannot be raised: ${remedy}`,
  )
}

const SPLIT_REMEDY = 'give the block less data, or split the work over several nodes'

/** The error of the call whose code lost its sandbox. */
export function limitError(loss: Loss, { request }: Call, limits: SandboxLimits): AshlarError {
  if (loss.kind === 'memory') return memoryLimit(request, limits)
  if (loss.kind === 'timeout') return cpuLimit(limits.maxCpuMs)
  return new AshlarError('SANDBOX_LOST', `its sandbox process ended unexpectedly (${describeLoss(loss)}); ${RETRY_REMEDY}`)
}

function memoryLimit({ bundle, cordon, processMemoryMb }: CallRequest, { isolateMemoryMb }: SandboxLimits): AshlarError {
  if (processMemoryMb !== undefined) {
    const whose = `the calls of your account used more than ${processMemoryMb} MB of memory, the quota of your account`
    return new AshlarError('MEMORY_LIMIT', `${whose}, or more than the limit of the plugin: ${SPLIT_REMEDY}`)
  }
  const raise = cordon === 'builtin' ? '' : ', or raise memoryMb in definePlugin (at most 512)'
  const limit = `used more than ${bundle.memoryMb ?? isolateMemoryMb} MB of memory, the limit of its plugin`
  return new AshlarError('MEMORY_LIMIT', `${limit}: ${SPLIT_REMEDY}${raise}`)
}

const RETRY_REMEDY =
  'set "retry" on the node to repeat the block, and report the error to the author of the block if it occurs again'

/** The remedy for the author of a graph when it is unknown whether an external effect happened. */
export const UNKNOWN_EFFECT =
  'the effect may or may not have happened. Check the external service, then repeat the block with retryExecution, or link the pin "error" of the node to handle the failure in the graph'

/** The error of a call that was lost with other calls after it began an external effect, and that cannot run again. */
export function effectInterrupted(loss: Loss): AshlarError {
  const message = `the sandbox process of the block ended (${describeLoss(loss)}) after the block had begun an external effect, and the recorded responses are too long to continue: ${UNKNOWN_EFFECT}`
  return new AshlarError('EFFECT_INTERRUPTED', message)
}

/** The error of a call that was lost too often. */
export function lostTooOften(loss: Loss, { attempts }: Call): AshlarError {
  return new AshlarError(
    'SANDBOX_LOST',
    `its sandbox process ended unexpectedly ${attempts} times (${describeLoss(loss)}); ${RETRY_REMEDY}`,
  )
}

/** Plugin code determines the length of a message from a sandbox process. */
const MAX_LOAD_MESSAGE_CHARS = 4000

/** The error of a plugin whose code failed to load. */
export function loadFailure(message: string): AshlarError {
  return new AshlarError('PLUGIN_LOAD_FAILED', withRemedy(message.slice(0, MAX_LOAD_MESSAGE_CHARS)))
}

/** The error of a third-party plugin on a machine whose isolation of sandbox processes is too weak. */
export function isolationTooWeak(isolation: Isolation, weakest: Isolation): AshlarError {
  const message =
    `third-party plugins require sandbox isolation ${weakest}, but this machine provides only ${isolation}: ` +
    `install bubblewrap (Linux), or accept the risk with ASHLAR_SANDBOX_ISOLATION=${isolation.toLowerCase()}; see docs/sandbox.md`
  return new AshlarError('SANDBOX_TOO_WEAK', message)
}

function describeLoss(loss: Loss): string {
  return loss.kind === 'exit' ? loss.detail : loss.kind
}
