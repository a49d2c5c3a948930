/**
 * Started by `sandbox.ts`: `node --no-node-snapshot bare-isolate-process.ts`. Receives the code of a bundle. For each
 * request, runs concurrent calls in an isolate of this process and sends the duration in milliseconds.
 */
import { createBareGuest } from '@ashlar/core/testing'
import { time } from '../measure.ts'

export interface BareRequest {
  block: string
  input: string
  calls: number
  atOnce: number
}

process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
process.once('message', (code: string) => void serve(code))

async function serve(code: string): Promise<void> {
  const call = await createBareGuest(code)
  process.on('message', (request: BareRequest) => void answer(call, request))
  process.send?.('ready')
}

async function answer(call: Awaited<ReturnType<typeof createBareGuest>>, request: BareRequest): Promise<void> {
  let left = request.calls
  const lane = async (): Promise<void> => {
    while (left-- > 0) await call(request.block, request.input)
  }
  process.send?.(await time(() => Promise.all(Array.from({ length: request.atOnce }, lane))))
}
