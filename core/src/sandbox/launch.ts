import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  bubblewrapArguments,
  findBubblewrap,
  killConfined,
  killOrphansOf,
  pathOnly,
  sharedLibraries,
} from '../confinement/index.ts'
import { ISOLATIONS, isWeaker, type Isolation } from './isolation.ts'
import { canLockDown, withoutIoUring } from './process/lockdown/index.ts'

/** How sandbox processes are started on this machine. */
export interface Launch {
  isolation: Isolation
  command: string
  /** The last one is the module to run. */
  args: readonly string[]
  env: Record<string, string>
  /** Written to {@link SECCOMP_FD}. */
  seccompFilter?: Uint8Array
}

/** The channel to the worker. */
export const CHANNEL_FD = 3
const SECCOMP_FD = 4
const INFO_FD = 5

/** Isolates have no other time zone: what they compute must not depend on the machine. */
const ENV = { TZ: 'UTC' }
const NODE_FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--disable-warning=SecurityWarning']
const HERE = dirname(fileURLToPath(import.meta.url))
/** Where the sandbox's modules are inside bubblewrap. */
const INSIDE = '/ashlar'
const PROBE_TIMEOUT_MS = 5000

/**
 * Finds the strongest isolation that works on this machine, by running the lockdown of a sandbox process in it.
 *
 * @param strongest for tests of the weaker ones. @default 'BUBBLEWRAP'
 */
export async function planLaunch(strongest: Isolation = 'BUBBLEWRAP'): Promise<Launch> {
  for (const isolation of ISOLATIONS.toReversed()) {
    if (isolation === 'PROCESS') break
    const launch = isWeaker(strongest, isolation) ? undefined : await PLANS[isolation]()
    if (launch && (await worksHere(launch))) return launch
  }
  return { isolation: 'PROCESS', command: process.execPath, args: [...NODE_FLAGS, ...permissions(), join(HERE, MAIN)], env: ENV }
}

/** Kills the processes that workers of this user have left when they were killed, from now on. @returns a function that stops it */
export function killLeftProcesses({ isolation }: Pick<Launch, 'isolation'>): () => void {
  return isolation === 'BUBBLEWRAP' ? killOrphansOf(MAIN_INSIDE) : () => {}
}

/** Starts a process with nothing open but its standard error and the channel. */
export function startProcess({ command, args, env, seccompFilter }: Launch): ChildProcess {
  const bubblewrapPipes = seccompFilter ? (['pipe', 'pipe'] as const) : []
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe', ...bubblewrapPipes] })
  if (seccompFilter) {
    const pipe = pipeOf(child, SECCOMP_FD)
    pipe?.on('error', () => {}).end(seccompFilter) // an error: the process has ended, which its events report
  }
  preferForOomKill(child)
  return child
}

/** When the machine runs out of memory, the kernel ends sandbox processes before anything else. Best effort: other platforms lack it. */
function preferForOomKill({ pid }: ChildProcess): void {
  if (pid !== undefined) writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => {})
}

/** The process id of a sandbox process as seen from outside, where bubblewrap started it. */
export async function confinedPid(child: ChildProcess): Promise<number | undefined> {
  const pipe = pipeOf(child, INFO_FD)
  if (!pipe) return undefined
  let text = ''
  for await (const piece of pipe.setEncoding('utf8')) text += String(piece)
  return (JSON.parse(text) as { 'child-pid': number })['child-pid']
}

/** A descriptor that was opened as a pipe: Node makes a socket pair of it. */
export function pipeOf({ stdio }: ChildProcess, fd: number): Socket | undefined {
  return (stdio as (Socket | undefined)[])[fd]
}

/** Programs of the sandbox. Packages for authors contain them as JavaScript. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const MAIN = `process/main.${EXTENSION}`
const MAIN_INSIDE = join(INSIDE, 'sandbox', MAIN)
const LAUNCHER = `process/lockdown/launcher.${EXTENSION}`
const PROBE = `process/lockdown/probe.${EXTENSION}`

const PLANS = { BUBBLEWRAP: planBubblewrap, SECCOMP: planSeccomp }

async function planBubblewrap(): Promise<Launch | undefined> {
  if (!canLockDown()) return undefined
  const node = join(INSIDE, 'node')
  const readOnly = new Map([[node, process.execPath], ...sharedLibraries(), ...modules()])
  const env = { ...ENV, LD_LIBRARY_PATH: [...new Set([...sharedLibraries().keys()].map((path) => dirname(path)))].join(':') }
  const bubblewrap = await findBubblewrap([node, '-e', '0'], { readOnly, env })
  if (!bubblewrap) return undefined
  const confinement = { readOnly, env, workingDirectory: INSIDE, seccompFd: SECCOMP_FD, infoFd: INFO_FD }
  return {
    isolation: 'BUBBLEWRAP',
    command: 'bwrap',
    args: [...bubblewrapArguments(bubblewrap, confinement), node, ...NODE_FLAGS, MAIN_INSIDE],
    env: pathOnly(),
    seccompFilter: withoutIoUring(),
  }
}

async function planSeccomp(): Promise<Launch | undefined> {
  if (!canLockDown()) return undefined
  const args = [...NODE_FLAGS, join(HERE, LAUNCHER), ...NODE_FLAGS, join(HERE, MAIN)]
  return { isolation: 'SECCOMP', command: process.execPath, args, env: ENV }
}

/** The modules of a sandbox process: path inside → real path. */
function modules(): Map<string, string> {
  const { addonPackage, addonFinder } = findAddon()
  // A package for authors has all of it in `process`.
  const own = ['process', 'channel', 'protocol.ts'].filter((path) => existsSync(join(HERE, path)))
  return new Map([
    ...own.map((path): [string, string] => [join(INSIDE, 'sandbox', path), join(HERE, path)]),
    [join(INSIDE, 'package.json'), join(HERE, '..', '..', 'package.json')],
    [join(INSIDE, 'node_modules', 'isolated-vm'), addonPackage],
    [join(INSIDE, 'node_modules', 'node-gyp-build'), addonFinder],
  ])
}

async function worksHere(launch: Launch): Promise<boolean> {
  const child = startProcess(launchOf(launch, PROBE))
  child.on('error', () => {}) // no such program: `exit` does not follow
  const timer = setTimeout(() => killConfined(child), PROBE_TIMEOUT_MS)
  const [code] = await Promise.race([once(child, 'exit'), once(child, 'error').then(() => [1])])
  clearTimeout(timer)
  return code === 0
}

/** The same launch of another module of the sandbox. */
export function launchOf(launch: Launch, module: string, ...args: string[]): Launch {
  return { ...launch, args: [...launch.args.map((each) => each.replace(MAIN, module)), ...args] }
}

/** Of the weakest isolation: JavaScript may read these modules, and nothing else. */
function permissions(): string[] {
  const { addonPackage, addonFinder } = findAddon()
  const link = join(HERE, '..', '..', 'node_modules', 'isolated-vm')
  const readable = [
    join(HERE, '/'),
    join(HERE, '..', '..', 'package.json'),
    link,
    dirname(addonPackage),
    addonFinder,
    '/etc/alpine-release',
  ]
  return ['--permission', '--allow-addons', ...readable.map((path) => `--allow-fs-read=${path}`)]
}

/** Folders of the package that makes isolates, and of the one that finds its addon. */
function findAddon(): { addonPackage: string; addonFinder: string } {
  const addon = realpathSync(createRequire(import.meta.url).resolve('isolated-vm'))
  return { addonPackage: dirname(addon), addonFinder: dirname(realpathSync(createRequire(addon).resolve('node-gyp-build'))) }
}
