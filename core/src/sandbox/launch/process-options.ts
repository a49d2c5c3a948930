import type { Isolation, SandboxLimits } from '../limits/index.ts'
import type { SandboxProcessOptions } from '../process/main.ts'
import { getMaxReportChars } from '../channel/index.ts'

/** The share of a process's memory limit that idle isolates may hold. */
const SPARE_SHARE = 0.6

/** The first message to a process. @param snapshot the snapshot of isolates, in Base64 */
export function processOptions(snapshot: string, isolation: Isolation, limits: SandboxLimits): SandboxProcessOptions {
  const { isolateMemoryMb, processMemoryMb, loadTimeoutMs, maxCpuMs, maxValueBytes, maxOutputs, maxOutputBytes } = limits
  return {
    snapshot,
    lockdown: isolation === 'PROCESS' ? null : { limitsThreads: isolation === 'BUBBLEWRAP' },
    memoryMb: isolateMemoryMb,
    spareMemoryMb: processMemoryMb * SPARE_SHARE,
    loadTimeoutMs,
    maxCpuMs,
    limits: { maxValueBytes, maxOutputs, maxOutputBytes, maxReportChars: getMaxReportChars(limits) },
  }
}
