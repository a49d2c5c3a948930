import { describe, expect, it } from 'vitest'
import { rarelyMet } from './counts.ts'
import { proveEffects, provePure, proveWriter } from './simulation.ts'

/** `pnpm simulate` tries a million, of another seed each time. */
const SEED = 20_261_121

describe('10 000 random executions', { timeout: 120_000 }, () => {
  it('end the same over crashes, fold, pair, retry and replay as the rules say', () => {
    const { failure, counts } = provePure({ cases: 7000, seed: SEED })
    expect(failure).toBeUndefined()
    expect(rarelyMet(counts, 50)).toEqual([])
  })

  it('do nothing outside before it is committed that it began, and nothing twice that must not be', () => {
    const { failure, counts } = proveEffects({ cases: 3000, seed: SEED })
    expect(failure).toBeUndefined()
    expect(rarelyMet(counts, 50)).toEqual([])
  })
})

describe('the journal writer on a database that fails', { timeout: 120_000 }, () => {
  it('commits what every newest claim appends, nothing of an older one, and ends only what cannot be stored', async () => {
    const { failure, counts } = await proveWriter({ cases: 300, seed: SEED })
    expect(failure).toBeUndefined()
    expect(rarelyMet(counts, 50)).toEqual([])
  })
})
