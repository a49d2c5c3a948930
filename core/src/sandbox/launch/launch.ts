import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  bubblewrapArguments,
  findBubblewrap,
  killConfined,
  startKillingOrphans,
  pathOnly,
  sharedLibraries,
} from '../../confinement/index.ts'
import { ISOLATIONS, isWeaker, type Isolation } from '../limits/index.ts'
import { canLockDown, withoutIoUring } from '../process/lockdown/index.ts'
import { buildProgram } from '../programs/index.ts'

/** How sandbox processes are started on this machine. */
export interface Launch {
  isolation: Isolation
  command: string
  /** Node runs the program that it reads from its standard input. */
  args: readonly string[]
  workingDirectory: string
  env: Record<string, string>
  /** Written to {@link SECCOMP_FD}. */
  seccompFilter?: Uint8Array
}

/** The channel to the worker. */
export const CHANNEL_FD = 3
const SECCOMP_FD = 4
const INFO_FD = 5

const ENV = {
  /** All isolates use UTC, so that results do not depend on the machine. */
  TZ: 'UTC',
  /**
   * For glibc: the threads of a process share two heaps, and large texts do not stay in them. By default each thread
   * has its own heap, and a process keeps hundreds of MB after it has passed on a few million values.
   */
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '1048576',
}
/** The name of the processes in the process list. */
const TITLE = '--title=ashlar-sandbox'
/**
 * In MB. `isolated-vm` would give the new objects of an isolate 1 MB. Rows of a large table then move to the old
 * generation while they are parsed, which takes a third longer.
 */
const SEMI_SPACE = '--max-semi-space-size=16'
const NODE_FLAGS = [
  TITLE,
  SEMI_SPACE,
  '--no-node-snapshot',
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=SecurityWarning',
]
/** Makes Node read its program from standard input. Arguments of the program follow. */
const READ_PROGRAM = '-'
const HERE = dirname(fileURLToPath(import.meta.url))
/** The folder inside bubblewrap. */
const INSIDE = '/ashlar'
const PROBE_TIMEOUT_MS = 5000

/**
 * Finds the strongest isolation that works on this machine. To test each, runs the lockdown of a sandbox process in it.
 *
 * @param strongest an upper bound, for tests of the weaker ones. @default 'BUBBLEWRAP'
 */
export async function planLaunch(strongest: Isolation = 'BUBBLEWRAP'): Promise<Launch> {
  for (const isolation of ISOLATIONS.toReversed()) {
    if (isolation === 'PROCESS') break
    const launch = isWeaker(strongest, isolation) ? undefined : await PLANS[isolation]()
    if (launch && (await worksHere(launch))) return launch
  }
  const args = [...NODE_FLAGS, ...permissions(), READ_PROGRAM]
  return { isolation: 'PROCESS', command: process.execPath, args, workingDirectory: HERE, env: ENV }
}

/**
 * Kills the orphaned processes of killed workers of this user, now and once a minute.
 *
 * @returns a function that stops it
 */
export function startOrphanCleanup({ isolation }: Pick<Launch, 'isolation'>): () => void {
  return isolation === 'BUBBLEWRAP' ? startKillingOrphans(TITLE) : () => {}
}

/**
 * Starts a process whose only open descriptors are its standard streams and the channel.
 *
 * @param program the text of a CommonJS module, see `programs.ts`
 * @param programArgs its arguments
 */
export function startProcess(launch: Launch, program: string, programArgs: readonly string[] = []): ChildProcess {
  const { command, args, workingDirectory, env, seccompFilter } = launch
  const bubblewrapPipes = seccompFilter ? (['pipe', 'pipe'] as const) : []
  const child = spawn(command, [...args, ...programArgs], {
    cwd: workingDirectory,
    env,
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', ...bubblewrapPipes],
  })
  child.stdin?.on('error', () => {}).end(program) // an error means that the process has ended, which its events report
  if (seccompFilter) {
    const pipe = getPipe(child, SECCOMP_FD)
    pipe?.on('error', () => {}).end(seccompFilter)
  }
  preferForOomKill(child)
  return child
}

/**
 * Makes the kernel end sandbox processes first when the machine runs out of memory. Does nothing on other platforms
 * than Linux.
 */
function preferForOomKill({ pid }: ChildProcess): void {
  if (pid !== undefined) writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => {})
}

/** The process id, in the worker's namespace, of a sandbox process that bubblewrap started; otherwise undefined. */
export async function confinedPid(child: ChildProcess): Promise<number | undefined> {
  const pipe = getPipe(child, INFO_FD)
  if (!pipe) return undefined
  let text = ''
  for await (const piece of pipe.setEncoding('utf8')) text += String(piece)
  return (JSON.parse(text) as { 'child-pid': number })['child-pid']
}

/** A descriptor that was opened as a pipe. Node creates a socket pair for it. */
export function getPipe({ stdio }: ChildProcess, fd: number): Socket | undefined {
  return (stdio as (Socket | undefined)[])[fd]
}

const PLANS = { BUBBLEWRAP: planBubblewrap, SECCOMP: planSeccomp }

async function planBubblewrap(): Promise<Launch | undefined> {
  if (!canLockDown()) return undefined
  const node = join(INSIDE, 'node')
  const readOnly = new Map([[node, process.execPath], ...sharedLibraries(), ...addon()])
  const env = { ...ENV, LD_LIBRARY_PATH: [...new Set([...sharedLibraries().keys()].map((path) => dirname(path)))].join(':') }
  const bubblewrap = await findBubblewrap([node, '-e', '0'], { readOnly, env })
  if (!bubblewrap) return undefined
  const confinement = { readOnly, env, workingDirectory: INSIDE, seccompFd: SECCOMP_FD, infoFd: INFO_FD }
  return {
    isolation: 'BUBBLEWRAP',
    command: 'bwrap',
    args: [...bubblewrapArguments(bubblewrap, confinement), node, ...NODE_FLAGS, READ_PROGRAM],
    workingDirectory: HERE,
    env: pathOnly(),
    seccompFilter: withoutIoUring(),
  }
}

async function planSeccomp(): Promise<Launch | undefined> {
  if (!canLockDown()) return undefined
  const launcher = ['-e', await buildProgram('process/lockdown/launcher'), '--']
  const args = [...NODE_FLAGS, ...launcher, ...NODE_FLAGS, READ_PROGRAM]
  return { isolation: 'SECCOMP', command: process.execPath, args, workingDirectory: HERE, env: ENV }
}

/** The package that a sandbox process loads: path inside → real path. */
function addon(): Map<string, string> {
  const { addonPackage, addonFinder } = findAddon()
  return new Map([
    [join(INSIDE, 'node_modules', 'isolated-vm'), addonPackage],
    [join(INSIDE, 'node_modules', 'node-gyp-build'), addonFinder],
  ])
}

async function worksHere(launch: Launch): Promise<boolean> {
  const child = startProcess(launch, await buildProgram('process/lockdown/probe'))
  child.on('error', () => {}) // the program does not exist: there is no `exit` event
  const timer = setTimeout(() => killConfined(child), PROBE_TIMEOUT_MS)
  const [code] = await Promise.race([once(child, 'exit'), once(child, 'error').then(() => [1])])
  clearTimeout(timer)
  return code === 0
}

/** Permissions for the weakest isolation: JavaScript may read only these modules. */
function permissions(): string[] {
  const { addonPackage, addonFinder } = findAddon()
  const link = join(HERE, '..', '..', '..', 'node_modules', 'isolated-vm')
  const readable = [link, dirname(addonPackage), addonFinder, '/etc/alpine-release']
  return ['--permission', '--allow-addons', ...readable.map((path) => `--allow-fs-read=${path}`)]
}

/** The folders of isolated-vm and of the package that finds its addon. */
function findAddon(): { addonPackage: string; addonFinder: string } {
  const addon = realpathSync(createRequire(import.meta.url).resolve('isolated-vm'))
  return { addonPackage: dirname(addon), addonFinder: dirname(realpathSync(createRequire(addon).resolve('node-gyp-build'))) }
}
