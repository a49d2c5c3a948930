import { describe, expect, it } from 'vitest'
import { findRareCases } from '../counts.ts'
import { proveTagged } from './prove.ts'

describe('random graphs with loops', { timeout: 120_000 }, () => {
  it('give what the reference computes, in every order and after crashes', () => {
    const { failure, counts } = proveTagged({ cases: 100, seed: 20_261_130 })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 1)).toEqual([])
  })
})
