import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ISOLATIONS, type Isolation } from '../limits/index.ts'
import { planLaunch, startProcess, type Launch } from './launch.ts'
import { buildProgram } from '../programs/index.ts'

const [EPERM, ENOSYS] = [1, 38]
const ATTEMPTS = 'process/lockdown/native-attempts'
const isNative = process.platform === 'linux' && process.arch === 'x64'
/** CI must have bubblewrap, because other machines may skip these tests. */
const mustHaveBubblewrap = process.env['CI'] === 'true' && process.platform === 'linux'
const best = await planLaunch()

interface Report {
  results: Record<string, number | 'done'>
  inherited: number[]
}

async function attempt(launch: Launch): Promise<Report> {
  const child = startProcess(launch, await buildProgram(ATTEMPTS), [
    JSON.stringify({ limitsThreads: launch.isolation === 'BUBBLEWRAP' }),
  ])
  if (!child.stderr) throw new Error('the process has no standard error stream')
  return JSON.parse(await text(child.stderr)) as Report
}

it.runIf(mustHaveBubblewrap)('uses bubblewrap in CI', () => expect(best.isolation).toBe('BUBBLEWRAP'))

it('uses no isolation stronger than requested', async () => {
  expect(await Promise.all(ISOLATIONS.map(async (each) => (await planLaunch(each)).isolation))).toEqual(
    ISOLATIONS.map((each) => (ISOLATIONS.indexOf(each) > ISOLATIONS.indexOf(best.isolation) ? best.isolation : each)),
  )
})

const locked = (['SECCOMP', 'BUBBLEWRAP'] satisfies Isolation[]).filter(
  (each) => ISOLATIONS.indexOf(each) <= ISOLATIONS.indexOf(best.isolation),
)

describe.runIf(isNative).each(locked)('machine code in a sandbox process under %s', (isolation) => {
  it('can use only memory and threads', async () => {
    const { results } = await attempt(await planLaunch(isolation))
    const { 'memory to compute in': memory, ...refused } = results
    expect(memory).toBe('done')
    expect(Object.entries(refused).filter(([, result]) => result !== EPERM && result !== ENOSYS)).toEqual([])
    expect(Object.keys(refused).length).toBeGreaterThan(50)
  })

  it('inherits no descriptor of the worker', async () => {
    const leaked = openSync('/etc/hostname', 'r')
    try {
      const { inherited } = await attempt(leakDescriptor(await planLaunch(isolation), leaked))
      expect(inherited).toEqual([])
    } finally {
      closeSync(leaked)
    }
  })

  it('ends when the worker is killed', async () => {
    const worker = spawn(process.execPath, ['--input-type=module', '-e', WORKER, isolation], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(await new Promise<Buffer>((resolve) => worker.stdout.once('data', resolve)))
    expect(isAlive(pid)).toBe(true)
    worker.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  })

  it('has no environment variables of the worker', async () => {
    const launch = await planLaunch(isolation)
    const child = startProcess(launch, 'console.error(JSON.stringify(process.env))')
    const env = child.stderr ? await text(child.stderr) : ''
    const isExpected = (name: string): boolean => ['TZ', 'LD_LIBRARY_PATH', 'PWD'].includes(name) || name.startsWith('MALLOC_')
    expect(Object.keys(JSON.parse(env) as object).filter((name) => !isExpected(name))).toEqual([])
  })
})

describe.runIf(best.isolation === 'BUBBLEWRAP')('under bubblewrap', () => {
  const evaluate = async (code: string): Promise<string> => {
    const child = startProcess(best, `const [fs, os] = [require('node:fs'), require('node:os')]; console.error(${code})`)
    return child.stderr ? (await text(child.stderr)).trim() : ''
  }

  it.each([
    [
      'only the files of isolated-vm, Node and libraries',
      `fs.readdirSync('/').filter((name) => !name.startsWith('lib')).join()`,
      'ashlar',
    ],
    ['a read-only file system', `(() => { try { fs.writeFileSync('/x', '') } catch (error) { return error.code } })()`, 'EROFS'],
    ['only a loopback network interface', `Object.keys(os.networkInterfaces()).filter((name) => name !== 'lo').join()`, ''],
    ['an unprivileged user', `[process.getuid(), process.getgid()].join()`, '65534,65534'],
    ['a separate process table', `process.pid`, '1'],
  ])('has %s', async (_, code, expected) => expect(await evaluate(code)).toBe(expected))
})

/** Prints the id of a locked-down process that computes forever. */
const WORKER = `
  import { confinedPid, planLaunch, startProcess } from ${JSON.stringify(new URL('launch.ts', import.meta.url).href)}
  import { buildProgram } from ${JSON.stringify(new URL('../programs/programs.ts', import.meta.url).href)}
  const launch = await planLaunch(process.argv[1])
  const options = JSON.stringify({ limitsThreads: launch.isolation === 'BUBBLEWRAP', stays: true })
  const child = startProcess(launch, await buildProgram(${JSON.stringify(ATTEMPTS)}), [options])
  child.stderr.once('data', async () => console.log((await confinedPid(child)) ?? child.pid))
`

/** Whether the process runs and is not a zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Starts the process through a shell that passes additional descriptors on, as the parent of a worker may do. */
function leakDescriptor(launch: Launch, fd: number): Launch {
  const path = `/proc/${process.pid}/fd/${fd}`
  return {
    ...launch,
    command: 'bash',
    args: ['--norc', '-c', `exec 251<${path} 5000<${path} "$0" "$@"`, launch.command, ...launch.args],
  }
}
