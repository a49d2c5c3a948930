import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readUsage, WaitForCpu } from './process-usage.ts'

function compute(ms: number): void {
  const { user, system } = process.cpuUsage()
  for (let used = 0; used < ms;) {
    const now = process.cpuUsage({ user, system })
    used = (now.user + now.system) / 1000
  }
}

describe('the usage of a process', () => {
  it('consists of its memory and the CPU time of all its threads', async () => {
    const before = await readUsage(process.pid)
    compute(300)
    const after = await readUsage(process.pid)
    expect(before.memoryMb).toBeGreaterThan(20)
    expect(after.cpuMs - before.cpuMs).toBeGreaterThanOrEqual(280)
  })

  it('includes the usage of its child processes', async () => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'])
    try {
      await expect.poll(async () => (await readUsage(process.pid)).cpuMs - process.cpuUsage().user / 1000).toBeGreaterThan(200)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  it('is zero when the process has ended', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    expect(await readUsage(child.pid ?? 0)).toEqual({ memoryMb: 0, cpuMs: 0 })
  })
})

it.runIf(process.platform === 'linux')('reports how long a process waits for a processor', async () => {
  const busy = Array.from({ length: 3 * availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;);']))
  const waits = busy.map(({ pid = 0 }) => new WaitForCpu(pid))
  try {
    for (const wait of waits) wait.sinceLast()
    await expect.poll(() => Math.max(...waits.map((wait) => wait.sinceLast() ?? 0)), { timeout: 20_000 }).toBeGreaterThan(30)
  } finally {
    for (const child of busy) child.kill('SIGKILL')
    await Promise.all(busy.map((child) => once(child, 'exit')))
  }
})
