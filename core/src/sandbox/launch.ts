import { execFile, fork, type ChildProcess } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { SandboxLimits } from './limits.ts'
import type { Prelude } from './prelude.ts'
import type { SandboxProcessOptions } from './process/main.ts'
import { maxReportCharsOf } from './protocol.ts'

/** How sandbox processes are started: for `child_process.fork`. */
export interface Launch {
  execPath: string
  execArgv: string[]
}

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('process/main.ts', import.meta.url))
const UNSHARE = ['--user', '--map-current-user', '--net', '--ipc', '--']

/**
 * Finds out what this machine offers against a sandbox process that plugin code has taken over; the worker's own checks rely on
 * none of it. Everywhere: Node's permission model (no network, no child processes, no workers, no writing, reading
 * nothing but what it is made of). On Linux, where user namespaces are allowed to everybody: a network namespace without any
 * network, and none of the machine's shared memory.
 */
export async function planLaunch(): Promise<Launch> {
  const node = [
    '--no-node-snapshot',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    ...permissions(),
  ]
  return process.platform === 'linux' && (await canUnshare())
    ? { execPath: 'unshare', execArgv: [...UNSHARE, process.execPath, ...node] }
    : { execPath: process.execPath, execArgv: node }
}

/** Starts one: nothing of the environment, nothing open but the channel and its standard error. */
export function forkSandbox({ execPath, execArgv }: Launch): ChildProcess {
  return fork(MAIN, {
    env: {},
    execPath,
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

/** Of the memory a process may have, this much may be held by what does nothing. */
const SPARE_SHARE = 0.6

/** What a process is told first. */
export function optionsOf(prelude: Prelude, limits: SandboxLimits): SandboxProcessOptions {
  const { isolateMemoryMb, processMemoryMb, loadTimeoutMs, maxCpuMs, maxValueBytes, maxOutputs, maxOutputBytes } = limits
  return {
    prelude,
    memoryMb: isolateMemoryMb,
    spareMemoryMb: processMemoryMb * SPARE_SHARE,
    loadTimeoutMs,
    maxCpuMs,
    limits: { maxValueBytes, maxOutputs, maxOutputBytes, maxReportChars: maxReportCharsOf(limits) },
  }
}

function permissions(): string[] {
  return ['--permission', '--allow-addons', ...readable().map((path) => `--allow-fs-read=${path}`)]
}

/** Its own modules, and the addon with what finds it. */
function readable(): string[] {
  const own = dirname(fileURLToPath(import.meta.url))
  const addon = findAddon()
  const finder = realpathSync(createRequire(addon).resolve('node-gyp-build'))
  const packageFile = join(own, '..', '..', 'package.json')
  const link = join(own, '..', '..', 'node_modules', 'isolated-vm')
  return [join(own, '/'), packageFile, link, dirname(dirname(addon)), dirname(finder), '/etc/alpine-release']
}

/** Root in a namespace of its own has no right to the files of others: then what is needed may be out of reach. */
async function canUnshare(): Promise<boolean> {
  const isWithinReach = ['test', '-r', MAIN, '-a', '-r', findAddon(), '-a', '-x', process.execPath]
  try {
    await run('unshare', [...UNSHARE, ...isWithinReach], { env: {} })
    return true
  } catch {
    return false
  }
}

function findAddon(): string {
  return realpathSync(createRequire(import.meta.url).resolve('isolated-vm'))
}
