import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Workload } from '../context.ts'

/** What the process says. */
export interface WaitingMessage {
  /** Executions that wait at the same time: parents, and children that sleep. */
  waiting: number
  /** Heap of the worker, in bytes, each after a collection. */
  idleBytes: number
  waitingBytes: number
}

/** What an execution costs a worker while it only waits for a child or sleeps: heap of a worker process with 1 000 of each. */
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
    const told = new Promise<WaitingMessage>((resolve) => child.once('message', (message) => resolve(message as WaitingMessage)))
    const found = await Promise.race([told, gone])
    if (!found) throw new Error('the process that waits has ended')
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
