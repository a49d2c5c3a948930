import { AshlarError } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { Loss } from './guest-reports.ts'
import type { Isolation } from './isolation.ts'
import type { SandboxLimits } from './limits.ts'
import { withRemedy } from './missing-globals.ts'

/** The error of a call that has passed its deadline. */
export function timeout({ request }: Call): AshlarError {
  return new AshlarError('TIMEOUT', `did not finish within ${request.timeoutMs} ms`)
}

/** The error of a call that has used more processor time than the limit. */
export function cpuLimit(maxCpuMs: number): AshlarError {
  return new AshlarError('CPU_LIMIT', `used over ${maxCpuMs} ms of processor time`)
}

/** The error of the call whose code lost its sandbox. */
export function limitError(loss: Loss, { request }: Call, limits: SandboxLimits): AshlarError {
  if (loss.kind === 'memory')
    return new AshlarError('MEMORY_LIMIT', `used more than ${request.bundle.memoryMb ?? limits.isolateMemoryMb} MB of memory`)
  if (loss.kind === 'timeout')
    return new AshlarError('CPU_LIMIT', `used over ${limits.maxCpuMs} ms of processor time without a pause`)
  return new AshlarError('SANDBOX_LOST', `its sandbox ended: ${detailOf(loss)}`)
}

/** The error of a call that was lost with other calls after it began an external effect, and that cannot run again. */
export function interrupted(loss: Loss): AshlarError {
  const message = `its sandbox ended (${detailOf(loss)}) after the block began an external effect, and the block cannot run again because its recorded responses are too long`
  return new AshlarError('EFFECT_INTERRUPTED', message)
}

/** The error of a call that was lost too often. */
export function lostTooOften(loss: Loss, { attempts }: Call): AshlarError {
  return new AshlarError('SANDBOX_LOST', `its sandbox was lost ${attempts} times (${detailOf(loss)})`)
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
