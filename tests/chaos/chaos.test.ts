import { expect, it } from 'vitest'
import { runChaos } from './chaos.ts'

it(
  'ends every execution exactly once, without lost commits and repeated effects, after 14 faults',
  { timeout: 240_000 },
  async () => {
    const { faults, executions, completed, interrupted, caused } = await runChaos({ faults: 14 })
    expect(faults).toEqual([])
    expect(completed + interrupted).toBe(executions)
    expect(new Set(Object.values(caused))).toEqual(new Set([2]))
  },
)
