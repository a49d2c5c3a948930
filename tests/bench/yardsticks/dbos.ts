import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { errorMessage } from '@ashlar/core'
import type { BenchContext } from '../context.ts'

/** A message of the process: the duration of a run, or the reason for a failure. */
export type DbosMessage = { ms: number } | { ready: true } | { failed: string }

/**
 * Starts DBOS in a separate process, because it logs, keeps process-wide state, and polls.
 *
 * @returns a function that runs a workflow of 40 no-op steps and returns its duration in milliseconds; undefined, with
 * a note, when DBOS cannot run on this machine
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
    context.note(`DBOS cannot run on this machine: ${answer.failed}`)
    return undefined
  }
  return async () => {
    const reply = next()
    child.send('run')
    const taken = await reply
    if ('ms' in taken) return taken.ms
    throw new Error(`DBOS: ${errorMessage(taken)}`)
  }
}
