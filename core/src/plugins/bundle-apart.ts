import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AshlarError, type Fault } from '../errors/index.ts'
import { createBundle, type BundleInput, type MappedBundle } from './bundle.ts'
import { unlessAborted } from './unless-aborted.ts'

/** What the process that bundles answers. */
export type BundleAnswer = { code: string; map: string } | { message: string; faults: readonly Fault[] }

const MAIN = fileURLToPath(new URL('bundle-process.ts', import.meta.url))
const TIMEOUT_MS = 20_000

/**
 * Bundles a plugin of somebody else in a process of its own. The bundler is a program that source can bring down (three million
 * brackets overflow its stack) or keep busy, and it does not come back in a process where it has ended.
 *
 * @param signal ends it with its reason
 * @throws {AshlarError} PLUGIN_LOAD_FAILED
 */
export async function bundleApart(input: BundleInput, signal: AbortSignal): Promise<MappedBundle> {
  const child = fork(MAIN, { env: {}, execArgv: [], detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  try {
    const answer = await unlessAborted(signal, answerOf(child, input))
    if ('code' in answer) return { ...createBundle(answer.code), map: answer.map }
    throw new AshlarError('PLUGIN_LOAD_FAILED', answer.message, { details: { faults: answer.faults } })
  } finally {
    endGroup(child)
  }
}

function answerOf(child: ChildProcess, input: BundleInput): Promise<BundleAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new AshlarError('PLUGIN_LOAD_FAILED', `the bundler ${why}`))
    const timer = setTimeout(() => fail(`did not finish within ${TIMEOUT_MS} ms`), TIMEOUT_MS)
    child.once('message', (answer: BundleAnswer) => resolve(answer))
    child.once('error', (error) => fail(`could not be started: ${error.message}`))
    child.once('exit', () => fail('ended on this source'))
    child.once('exit', () => clearTimeout(timer))
    child.send(input, () => {}) // a failed send; `exit` follows
  })
}

/** With the bundler that it has started. */
function endGroup(child: ChildProcess): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has ended already
  }
  child.kill('SIGKILL')
}
