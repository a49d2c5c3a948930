import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Workload } from '../context.ts'

/** The results of the process. */
export interface WaitingMessage {
  /** The number of concurrently waiting executions: parents, and sleeping children. */
  waiting: number
  /** The heap of the worker after a garbage collection, in bytes. */
  idleBytes: number
  waitingBytes: number
}

/** The cost of a waiting or sleeping execution: the heap of a worker process with 1 000 of each. */
export const waiting: Workload = {
  name: 'waiting',
  unit: 'bytes',
  async run(context) {
    const script = fileURLToPath(new URL('waiting-process.ts', import.meta.url))
    const child = fork(script, [await context.createDatabase('waiting'), ...context.pluginRoots], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const gone = new Promise<undefined>((resolve) => child.once('exit', () => resolve(undefined)))
    context.stack.defer(async () => {
      if (child.connected) child.disconnect()
      await gone
    })
    const received = new Promise<WaitingMessage>((resolve) =>
      child.once('message', (message) => resolve(message as WaitingMessage)),
    )
    const found = await Promise.race([received, gone])
    if (!found) throw new Error('the waiting process has ended')
    const value = (found.waitingBytes - found.idleBytes) / found.waiting
    return [
      {
        value: Math.max(0, value),
        yardsticks: { 'waiting at once': found.waiting },
        goal: { better: 'lower', must: 5120, aim: 0 },
      },
    ]
  },
}
