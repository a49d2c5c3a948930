import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BareRequest } from './bare-isolate-process.ts'

/** Runs calls in an isolate of a separate process. @returns the total duration in milliseconds */
type BareIsolate = (request: BareRequest) => Promise<number>

export async function createBareIsolate(code: string, stack: AsyncDisposableStack): Promise<BareIsolate> {
  const script = fileURLToPath(new URL('bare-isolate-process.ts', import.meta.url))
  const child = fork(script, { execArgv: ['--no-node-snapshot'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const gone = once(child, 'exit')
  stack.defer(async () => {
    if (child.connected) child.disconnect()
    await gone
  })
  const answer = async (): Promise<unknown> => {
    const [reply] = (await Promise.race([once(child, 'message'), gone.then(() => ['gone'])])) as unknown[]
    if (reply === 'gone') throw new Error('the process of the bare isolate has ended')
    return reply
  }
  child.send(code)
  await answer()
  return async (request) => {
    child.send(request)
    return (await answer()) as number
  }
}
