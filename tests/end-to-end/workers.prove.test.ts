import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cloneDatabase, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { Ashlar, ashlar } from './ashlar.ts'

let databaseUrl: string
let crew: Ashlar
let gateway: TestRuntime
beforeAll(async () => {
  databaseUrl = await cloneDatabase(inject('postgresUrl'))
  crew = new Ashlar(['start', '--role', 'worker'], { DATABASE_URL: databaseUrl })
  await crew.printedOnStdout(/^(ready) worker$/m)
  gateway = await createTestRuntime({ databaseUrl, role: 'gateway' })
})
afterAll(async () => {
  await gateway.close()
  crew.child.kill('SIGTERM')
  const { status } = await crew.ended
  if (status !== 0) throw new Error(`the workers ended with status ${status}`)
})

/** A worker keeps an execution during sleeps of less than a second. */
async function startWait(seconds: number): Promise<string> {
  const inputs = { seconds: '0.5', repeat: seconds * 2 }
  const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs }] }
  const { id: graphId } = await gateway.graphs.create(gateway.ownerId, { name: 'Wait', document })
  return (await gateway.executions.start(gateway.ownerId, { graphId, inputs: {} })).id
}

/** Returns how often a worker has leased an execution. */
async function takenTimes(id: string): Promise<number> {
  return (await gateway.executions.get(gateway.ownerId, id)).fence
}

const statusOf = async (id: string): Promise<string> => (await gateway.executions.get(gateway.ownerId, id)).status

/** Returns the child processes of a process, oldest first. Linux only. */
async function listChildren(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(' ').map(Number)
}

/** Signals the command and its child processes. */
async function signalAll({ child: { pid = 0 } }: Ashlar, signal: NodeJS.Signals): Promise<void> {
  for (const each of [pid, ...(await listChildren(pid))]) process.kill(each, signal)
}

describe('ashlar start --role worker', () => {
  it('replaces a worker that dies, and the new worker takes over its executions', async () => {
    const first = await startWait(4)
    for (const times of [1, 2, 3]) {
      await expect.poll(() => takenTimes(first), { interval: 20 }).toBe(times)
      const [working] = await listChildren(crew.child.pid ?? 0)
      if (times === 3 || working === undefined) break
      process.kill(working, 'SIGKILL')
      await crew.printed(new RegExp(`((the standby takes over[^]*?){${times}})`))
    }
    await expect.poll(() => statusOf(first), { timeout: 20_000 }).toBe('COMPLETED')
  })

  it('exits with the reason when it cannot start', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:9/none'
    const { status, stdout, stderr } = await ashlar(['start', '--role', 'worker'], { DATABASE_URL: nowhere })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('error DATABASE_UNREACHABLE')
  })
})

describe('a lost machine', () => {
  it('loses its executions to another machine within the time of its heartbeats', async () => {
    const vanishing = new Ashlar(['start', '--role', 'worker'], { DATABASE_URL: databaseUrl })
    await vanishing.printedOnStdout(/^(ready) worker$/m)
    await signalAll(crew, 'SIGSTOP') // so that the other worker must lease the execution
    const id = await startWait(3)
    await expect.poll(() => takenTimes(id), { interval: 20, timeout: 20_000 }).toBe(1)
    await signalAll(vanishing, 'SIGKILL')
    await signalAll(crew, 'SIGCONT')
    await expect.poll(() => takenTimes(id), { timeout: 30_000, interval: 100 }).toBe(2)
    await expect.poll(() => statusOf(id), { timeout: 30_000, interval: 100 }).toBe('COMPLETED')
  }, 60_000)
})
