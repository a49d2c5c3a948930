import { CpuClock } from '../sandbox/process/cpu-clock.ts'
import { createIsolateFactory, createSnapshot } from '../sandbox/process/guest-isolates.ts'
import { buildPrelude } from '../sandbox/programs/index.ts'
import { DEFAULT_SANDBOX_LIMITS } from '../sandbox/limits/index.ts'
import { getMaxReportChars } from '../sandbox/channel/index.ts'

/**
 * Creates a guest in this process, without a sandbox, to measure the cost of isolated-vm alone. Needs
 * `--no-node-snapshot`.
 *
 * @returns a function that runs a block on JSON text
 */
export async function createBareGuest(code: string): Promise<(block: string, input: string) => Promise<void>> {
  const { maxValueBytes, maxOutputs, maxOutputBytes, isolateMemoryMb, loadTimeoutMs } = DEFAULT_SANDBOX_LIMITS
  const limits = { maxValueBytes, maxOutputs, maxOutputBytes, maxReportChars: getMaxReportChars(DEFAULT_SANDBOX_LIMITS) }
  const options = { memoryMb: isolateMemoryMb, limits, loadTimeoutMs }
  const createIsolate = createIsolateFactory(createSnapshot(await buildPrelude()), options, new CpuClock())
  const guest = await createIsolate(code, 'bare', isolateMemoryMb).createGuest(1, { setTimer: () => {}, report: () => {} })
  let id = 0
  return async (block, input) => {
    const call = `{"id":${++id},"kind":"run","block":"${block}","input":${input}}`
    const report = await guest.enter(`[${call}]`, { id, settledBefore: id })
    if (!report.includes('"t":"e"')) throw new Error(`a bare call did not end: ${report.slice(0, 200)}`)
  }
}
