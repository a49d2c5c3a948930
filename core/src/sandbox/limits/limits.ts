import { totalmem } from 'node:os'
import type { Isolation } from './isolation.ts'

/** The limits of a sandbox. */
export interface SandboxLimits {
  /** JSON text length of one pin value. @default 8 MiB */
  maxValueBytes: number
  /** Outputs that one run of a block may yield. @default 100 000 */
  maxOutputs: number
  /** JSON text length of all pin values of one run together. @default 64 MiB */
  maxOutputBytes: number
  /** Heap of one isolate, unless its plugin requests more. @default 128 */
  isolateMemoryMb: number
  /**
   * Resident memory of all sandbox processes together. Above it, idle processes end and new ones wait.
   *
   * @default a quarter of the machine's memory
   */
  memoryMb: number
  /** Resident memory of one sandbox process. Above it, the process is killed. @default 768 */
  processMemoryMb: number
  /** CPU time of one call, whether continuous or with pauses. @default 10 000 */
  maxCpuMs: number
  /** Pending host calls of one call. @default 64 */
  maxHostCallsAtOnce: number
  /** Characters that one call may write to its console. @default 262 144 */
  maxLogChars: number
  /** Time to evaluate a bundle. @default 3000 */
  loadTimeoutMs: number
  /** Processes that run the built-in plugins. @default 2 */
  processes: number
  /** The weakest isolation in which plugins from outside the installation may run. @default 'SECCOMP' */
  weakestIsolation: Isolation
}

export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  maxValueBytes: 8 * 1024 * 1024,
  maxOutputs: 100_000,
  maxOutputBytes: 64 * 1024 * 1024,
  isolateMemoryMb: 128,
  memoryMb: Math.floor(totalmem() / 2 ** 22),
  processMemoryMb: 768,
  maxCpuMs: 10_000,
  maxHostCallsAtOnce: 64,
  maxLogChars: 256 * 1024,
  loadTimeoutMs: 3000,
  processes: 2,
  weakestIsolation: 'SECCOMP',
}
