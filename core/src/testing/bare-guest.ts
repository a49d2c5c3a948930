import { createIsolateFactory } from '../sandbox/process/guest-isolates.ts'
import { buildPrelude } from '../sandbox/prelude.ts'
import { DEFAULT_SANDBOX_LIMITS } from '../sandbox/limits.ts'
import { maxReportCharsOf } from '../sandbox/protocol.ts'

/**
 * A guest in this very process, which nothing contains: what isolated-vm alone takes, for benchmarks. Needs `--no-node-snapshot`.
 *
 * @returns runs a block on JSON text
 */
export async function createBareGuest(code: string): Promise<(block: string, input: string) => Promise<void>> {
  const { maxValueBytes, maxOutputs, maxOutputBytes, loadTimeoutMs, isolateMemoryMb } = DEFAULT_SANDBOX_LIMITS
  const createIsolate = createIsolateFactory(await buildPrelude(), {
    memoryMb: isolateMemoryMb,
    loadTimeoutMs,
    limits: { maxValueBytes, maxOutputs, maxOutputBytes, maxReportChars: maxReportCharsOf(DEFAULT_SANDBOX_LIMITS) },
  })
  const guest = await createIsolate(code, 'bare', isolateMemoryMb).createGuest(() => {})
  let id = 0
  return async (block, input) => {
    const call = `{"id":${++id},"kind":"run","block":"${block}","input":${input}}`
    const said = await guest.enter(`[${call}]`, { id, settledBefore: id }, 60_000)
    if (!said.includes('"t":"e"')) throw new Error(`a bare call did not end: ${said.slice(0, 200)}`)
  }
}
