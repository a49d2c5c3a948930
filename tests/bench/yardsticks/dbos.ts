import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { messageOf } from '@ashlar/core'
import type { BenchContext } from '../context.ts'

/** What the process says: how long a run took, or why it cannot. */
export type DbosMessage = { ms: number } | { ready: true } | { failed: string }

/**
 * DBOS in a process of its own: it logs, keeps state for the whole process, and polls.
 *
 * @returns runs a workflow of 40 steps that do nothing, and gives the milliseconds it took there; undefined, with a note,
 * when DBOS cannot run here
 */
export async function createDbos(context: BenchContext, databaseUrl: string): Promise<(() => Promise<number>) | undefined> {
  const child = fork(fileURLToPath(new URL('dbos-process.ts', import.meta.url)), [databaseUrl], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  context.stack.defer(async () => {
    child.kill('SIGKILL')
    await gone
  })
  const next = async (): Promise<DbosMessage> => {
    const message = new Promise<DbosMessage>((resolve) => child.once('message', (each) => resolve(each as DbosMessage)))
    const ended = gone.then((): DbosMessage => ({ failed: 'its process ended' }))
    return Promise.race([message, ended])
  }
  const answer = await next()
  if ('failed' in answer) {
    context.note(`DBOS cannot run here: ${answer.failed}`)
    return undefined
  }
  return async () => {
    const reply = next()
    child.send('run')
    const taken = await reply
    if ('ms' in taken) return taken.ms
    throw new Error(`DBOS: ${messageOf(taken)}`)
  }
}
