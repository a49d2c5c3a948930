import { expect, it } from 'vitest'
import { encodeFrame } from '../channel/index.ts'
import { planLaunch, processOptions } from '../launch/index.ts'
import { buildSnapshot } from '../launch/snapshot.ts'
import { DEFAULT_SANDBOX_LIMITS } from '../limits/index.ts'
import { buildPrelude, buildProgram } from '../programs/index.ts'
import { createProcessStarter } from './process-link.ts'

const launch = await planLaunch()
const snapshot = await buildSnapshot(launch, await buildPrelude())
const firstFrame = Buffer.concat(encodeFrame(processOptions(snapshot, launch.isolation, DEFAULT_SANDBOX_LIMITS)))

it('reports the end of a process that is killed at any moment of its start', async () => {
  const start = createProcessStarter(launch, await buildProgram('process/main'), firstFrame, 1000)
  const delays = Array.from({ length: 24 }, (_, i) => i / 2)
  const ends = await Promise.all(
    delays.map(
      (delayMs) =>
        new Promise<string>((resolve) => {
          const link = start({ ready: () => {}, message: () => true, broken: () => {}, exited: resolve })
          link.ready.catch(() => {})
          setTimeout(() => link.kill(), delayMs)
        }),
    ),
  )
  expect(ends).toHaveLength(delays.length)
})

it('reports why a process did not start', async () => {
  const start = createProcessStarter(launch, `throw new Error('a broken program')`, firstFrame, 1000)
  const link = start({ ready: () => {}, message: () => true, broken: () => {}, exited: () => {} })
  await expect(link.ready).rejects.toThrow(/did not start \(code 1\): [^]*a broken program/)
})
