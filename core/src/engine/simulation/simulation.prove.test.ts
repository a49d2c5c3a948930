import { describe, expect, it } from 'vitest'
import { findRareCases } from './counts.ts'
import { proveEffects, provePure, proveWriter } from './simulation.ts'

/** `pnpm soak` runs a million cases with a new seed each time. */
const SEED = 20_261_121

describe('10 000 random executions', { timeout: 120_000 }, () => {
  it('satisfy the properties of crashes, folding, pairing, retry and replay', () => {
    const { failure, counts } = provePure({ cases: 7000, seed: SEED })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 50)).toEqual([])
  })

  it('start no effect before its start is committed, and repeat no effect that must not be repeated', () => {
    const { failure, counts } = proveEffects({ cases: 2800, seed: SEED })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 50)).toEqual([])
  })
})

describe('the journal writer on a failing database', { timeout: 120_000 }, () => {
  it('commits all events of the newest leases and none of stale ones, and ends only executions that cannot be stored', async () => {
    const { failure, counts } = await proveWriter({ cases: 200, seed: SEED })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 50)).toEqual([])
  })
})
