/** What a sandbox allows. */
export interface SandboxLimits {
  /** JSON text length of one pin value. @default 8 MiB */
  maxValueBytes: number
  /** Pairs that one run of a block may yield. @default 100 000 */
  maxOutputs: number
  /** Heap of one isolate. @default 128 */
  isolateMemoryMb: number
  /** Resident memory of one sandbox process; above it the process is killed. @default 768 */
  processMemoryMb: number
  /** Computing without a pause, per entry. @default 10 000 */
  maxCpuMs: number
  /** Evaluating a bundle. @default 3000 */
  loadTimeoutMs: number
  /** Processes that run the built-in plugins. @default 2 */
  processes: number
}

export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  maxValueBytes: 8 * 1024 * 1024,
  maxOutputs: 100_000,
  isolateMemoryMb: 128,
  processMemoryMb: 768,
  maxCpuMs: 10_000,
  loadTimeoutMs: 3000,
  processes: 2,
}
