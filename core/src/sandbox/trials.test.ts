import { expect, it } from 'vitest'
import { createSandbox } from './sandbox.ts'
import type { CallRequest } from './calls/index.ts'
import { newTestBundle } from '../testing/test-bundle.ts'
import { killAll } from '../testing/test-kill.ts'

const ask = newTestBundle({
  ask: `async *run({ n }, { storage }) { yield ['out', await storage.get('user', 'k' + n)] }`,
})

it('runs the next suspect when the process of a trial is killed from outside', async () => {
  // Without bubblewrap, because the first process of a namespace does not receive SIGABRT.
  const sandbox = await createSandbox({ processes: 1 }, 'SECCOMP')
  const started = [0, 0, 0]
  const answer = Promise.withResolvers<number>()
  const calls = started.map((_, n) => {
    const request: CallRequest = {
      kind: 'run',
      bundle: ask,
      cordon: 'builtin',
      owner: 'u',
      scope: '',
      affinity: 'e',
      block: 'ask',
      input: () => JSON.stringify({ n }),
      timeoutMs: 180_000,
    }
    return new Promise<unknown[]>((resolve) => {
      const outputs: unknown[] = []
      const hostCall = (): Promise<number> => {
        started[n] = (started[n] ?? 0) + 1
        return answer.promise
      }
      sandbox.call(request, {
        output: (_pin, value) => outputs.push(value),
        hostCall,
        end: (error) => resolve([...outputs, error]),
      })
    })
  })
  const arrive = (expected: number[]): Promise<void> =>
    expect.poll(() => started.toSorted((a, b) => a - b), { timeout: 60_000 }).toEqual(expected)
  try {
    await arrive([1, 1, 1])
    const [shared = 0] = sandbox.pids()
    process.kill(shared, 'SIGABRT') // as when V8 runs out of memory: each call is now a suspect
    await arrive([1, 2, 2])
    killAll(sandbox.pids().slice(0, -1)) // the last one is the spare process, in which the next suspect runs
    await expect.poll(() => Math.min(...started), { timeout: 60_000 }).toBeGreaterThan(1)
    answer.resolve(7)
    expect(await Promise.all(calls)).toEqual([
      [7, undefined],
      [7, undefined],
      [7, undefined],
    ])
  } finally {
    await sandbox.close()
  }
}, 180_000)
