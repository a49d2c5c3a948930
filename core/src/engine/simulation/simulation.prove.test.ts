import { describe, expect, it } from 'vitest'
import { findRareCases } from './counts.ts'
import { proveEffects, provePure, proveWriter } from './simulation.ts'

/** `pnpm soak` tries a million with another seed each time. */
const SEED = 20_261_121

describe('10 000 random executions', { timeout: 120_000 }, () => {
  it('end the same over crashes, fold, pair, retry and replay as the rules say', () => {
    const { failure, counts } = provePure({ cases: 7000, seed: SEED })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 50)).toEqual([])
  })

  it('do nothing outside before it is committed that it began, and nothing twice that must not be', () => {
    const { failure, counts } = proveEffects({ cases: 2800, seed: SEED })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 50)).toEqual([])
  })
})

describe('the journal writer on a database that fails', { timeout: 120_000 }, () => {
  it('commits what every newest claim appends, nothing of an older one, and ends only what cannot be stored', async () => {
    const { failure, counts } = await proveWriter({ cases: 200, seed: SEED })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 50)).toEqual([])
  })
})
