import { expect, it } from 'vitest'
import { runChaos } from './chaos.ts'

it(
  'ends every execution exactly once, loses nothing committed and repeats no effect, over 20 kills',
  { timeout: 170_000 },
  async () => {
    const { faults, executions, completed, interrupted, kills } = await runChaos({ kills: 20 })
    expect(faults).toEqual([])
    expect(completed + interrupted).toBe(executions)
    expect(kills.worker + kills.sandbox + kills.postgres).toBe(20)
  },
)
