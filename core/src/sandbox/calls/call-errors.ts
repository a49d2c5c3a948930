import { AshlarError } from '../../base/index.ts'
import type { Call, CallRequest } from './call.ts'
import type { Loss } from './guest-reports.ts'
import type { Isolation, SandboxLimits } from '../limits/index.ts'
import { withRemedy } from './missing-globals.ts'

/** The error of a call that has passed its deadline. */
export function timeout({ request: { kind, timeoutMs } }: Call): AshlarError {
  const remedy = 'set "timeoutMs" of the node in the graph document to a larger number, or give the block less to do at once'
  return new AshlarError(
    'TIMEOUT',
    `did not finish within ${timeoutMs} ms${kind === 'run' ? `, the time limit of the node: ${remedy}` : ''}`,
  )
}

/** The error of a call that has used more processor time than a call may use. */
export function cpuLimit(limitMs: number): AshlarError {
  const remedy = `${SPLIT}; if the code of the block loops without end, correct it`
  return new AshlarError(
    'CPU_LIMIT',
    `used more than ${limitMs} ms of processor time, the limit of one run of a block, which cannot be raised: ${remedy}`,
  )
}

const SPLIT = 'give the block less data at once, or split the work over several nodes'

/** The error of the call whose code lost its sandbox. */
export function limitError(loss: Loss, { request }: Call, limits: SandboxLimits): AshlarError {
  if (loss.kind === 'memory') return memoryLimit(request, limits)
  if (loss.kind === 'timeout') return cpuLimit(limits.maxCpuMs)
  return new AshlarError('SANDBOX_LOST', `its sandbox process ended unexpectedly (${detailOf(loss)}); ${AGAIN}`)
}

function memoryLimit({ bundle, cordon }: CallRequest, { isolateMemoryMb }: SandboxLimits): AshlarError {
  const raise = cordon === 'builtin' ? '' : ', or raise memoryMb in definePlugin (at most 512)'
  const limit = `used more than ${bundle.memoryMb ?? isolateMemoryMb} MB of memory, the limit of its plugin`
  return new AshlarError('MEMORY_LIMIT', `${limit}: ${SPLIT}${raise}`)
}

const AGAIN = 'set "retry" on the node to repeat the block, and report the error to the author of the block if it returns'

/** What the author of a graph can do when an external effect may or may not have happened. */
export const UNKNOWN_EFFECT =
  'the effect may or may not have happened. Check the external service, then repeat the block with retryExecution, or link the pin "error" of the node to handle the failure in the graph'

/** The error of a call that was lost with other calls after it began an external effect, and that cannot run again. */
export function interrupted(loss: Loss): AshlarError {
  const message = `the sandbox process of the block ended (${detailOf(loss)}) after the block had begun an external effect, and the recorded responses are too long to continue: ${UNKNOWN_EFFECT}`
  return new AshlarError('EFFECT_INTERRUPTED', message)
}

/** The error of a call that was lost too often. */
export function lostTooOften(loss: Loss, { attempts }: Call): AshlarError {
  return new AshlarError('SANDBOX_LOST', `its sandbox process ended unexpectedly ${attempts} times (${detailOf(loss)}); ${AGAIN}`)
}

/** Of a message that a sandbox process sends: the code of the plugin chooses how long it is. */
const MAX_LOAD_MESSAGE_CHARS = 4000

/** The error of a plugin whose code does not load. */
export function loadFailure(message: string): AshlarError {
  return new AshlarError('PLUGIN_LOAD_FAILED', withRemedy(message.slice(0, MAX_LOAD_MESSAGE_CHARS)))
}

/** The error of a third-party plugin on a machine whose isolation of sandbox processes is too weak. */
export function tooWeak(isolation: Isolation, weakest: Isolation): AshlarError {
  const message =
    `plugins that are not part of the installation require sandbox isolation ${weakest}, but this machine provides only ${isolation}: ` +
    `install bubblewrap (Linux), or accept the risk with ASHLAR_SANDBOX_ISOLATION=${isolation.toLowerCase()}; see docs/sandbox.md`
  return new AshlarError('SANDBOX_TOO_WEAK', message)
}

function detailOf(loss: Loss): string {
  return loss.kind === 'exit' ? loss.detail : loss.kind
}
