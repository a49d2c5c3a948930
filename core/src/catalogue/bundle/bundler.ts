import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { killConfined } from '../../confinement/index.ts'
import { AshlarError, unlessAborted } from '../../base/index.ts'
import type { BundleInput, BundlerOutput } from './bundle.ts'
import { readAnswer, rejectAnswer } from './bundler-answer.ts'
import { launchBundler, type BundlerChild } from './launch.ts'
import type { Reach } from './files/index.ts'
import { buildNodeModules, type NodeModules } from './node/index.ts'

const TIMEOUT_MS = 20_000
/** Code, source map and the names of files, as JSON text. */
const MAX_ANSWER_CHARS = 64 * 1024 * 1024
const NEVER = new AbortController().signal

/** An input that is restricted to certain directories. */
export type ConfinedInput = BundleInput & Required<Pick<BundleInput, 'confined'>>

/**
 * Bundles untrusted plugins in a separate process with an empty environment: see `launch.ts`. Source code can crash the
 * bundler (three million brackets overflow its stack) or keep it busy, and a crashed bundler cannot be restarted in the
 * same process.
 */
interface ConfinedBundler {
  /**
   * Bundles one input at a time.
   *
   * @param signal aborts the call with its reason
   * @throws {AshlarError} PLUGIN_LOAD_FAILED
   */
  bundle(input: ConfinedInput, signal?: AbortSignal): Promise<BundlerOutput>
  close(): void
}

/**
 * Starts a process for the first bundle. The process runs until the bundler is closed, so that the next bundle takes
 * less time.
 */
export function createConfinedBundler(): ConfinedBundler {
  let running: { process: BundlerProcess; reach: string } | undefined
  let nodeModules: NodeModules | undefined
  const close = (): void => {
    running?.process.end()
    running = undefined
  }
  return {
    async bundle(input, signal = NEVER) {
      const reach = toReachKey(input.confined.reach)
      if (running?.reach !== reach || running.process.isEnded) {
        close()
        running = { process: watchProcess(await launchBundler(input.confined.reach)), reach }
      }
      const { process } = running
      const request = async (): Promise<BundlerOutput | undefined> =>
        readAnswer(await unlessAborted(signal, process.request(JSON.stringify({ ...input, nodeModules }))))
      try {
        const output = await request()
        if (output) return output
        nodeModules = await buildNodeModules()
        return (await request()) ?? rejectAnswer()
      } catch (error) {
        if (signal.aborted) close()
        throw error
      }
    },
    close,
  }
}

/** Bundles once. @throws {AshlarError} PLUGIN_LOAD_FAILED, and the reason of the signal */
export async function bundleConfined(input: ConfinedInput, signal?: AbortSignal): Promise<BundlerOutput> {
  const bundler = createConfinedBundler()
  try {
    return await bundler.bundle(input, signal)
  } finally {
    bundler.close()
  }
}

interface BundlerProcess {
  readonly isEnded: boolean
  /** Sends a line and resolves with the next line of the process. @throws {AshlarError} PLUGIN_LOAD_FAILED */
  request(line: string): Promise<string>
  end(): void
}

/**
 * The key changes when a directory is replaced, because a process sees the directories that existed when it started.
 */
function toReachKey({ roots, links }: Reach): string {
  return JSON.stringify([links, roots.map((root) => [root, statSync(root, { throwIfNoEntry: false })?.ino])])
}

function watchProcess({ child, requests, responses }: BundlerChild): BundlerProcess {
  let isEnded = false
  let text = ''
  let waiting: PromiseWithResolvers<string> | undefined
  const end = (): void => {
    isEnded = true
    requests.destroy()
    responses.destroy()
    killGroup(child)
  }
  const fail = (why: string): void => {
    end()
    waiting?.reject(new AshlarError('PLUGIN_LOAD_FAILED', `the bundler ${why}`))
  }
  child.once('error', (error) => fail(`could not be started: ${error.message}`))
  child.once('exit', () => fail('crashed while bundling this source'))
  requests.on('error', () => {}) // `exit` follows
  responses.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.length > MAX_ANSWER_CHARS) return fail(`answered with more than ${MAX_ANSWER_CHARS} characters`)
    if (!chunk.includes('\n')) return
    waiting?.resolve(text.slice(0, text.indexOf('\n')))
    text = ''
  })
  return {
    get isEnded() {
      return isEnded
    },
    async request(line) {
      waiting = Promise.withResolvers()
      const timer = setTimeout(() => fail(`did not finish within ${TIMEOUT_MS} ms`), TIMEOUT_MS)
      requests.write(`${line}\n`)
      return waiting.promise.finally(() => clearTimeout(timer))
    },
    end,
  }
}

/**
 * Kills the child and the bundler that it started. If bubblewrap is killed while it starts, the process that it leaves
 * behind ends because its input is closed.
 */
function killGroup(child: ChildProcess): void {
  killConfined(child)
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // the group has already ended
  }
}
