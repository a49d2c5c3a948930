import { expect, it } from 'vitest'
import { runChaos } from './chaos.ts'

/** `pnpm soak` causes faults for an hour, by other numbers each time. */
const SEED = 20_261_130

/** Numbers between 0 and 1. Source: Park and Miller, the minimal standard generator. */
function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

it(
  'ends every execution exactly once, without lost commits and repeated effects, after 14 faults',
  { timeout: 240_000 },
  async () => {
    const { faults, executions, completed, interrupted, caused } = await runChaos({ faults: 14, random: seeded(SEED) })
    expect(faults).toEqual([])
    expect(completed + interrupted).toBe(executions)
    expect(new Set(Object.values(caused))).toEqual(new Set([2]))
  },
)
