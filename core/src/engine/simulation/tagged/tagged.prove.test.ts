import { describe, expect, it } from 'vitest'
import { findRareCases } from '../counts.ts'
import { proveTagged } from './prove.ts'

describe('3 000 random graphs with loops', { timeout: 300_000 }, () => {
  it('give what the reference computes, in every order and after crashes', () => {
    const { failure, counts } = proveTagged({ cases: 3000, seed: 20_261_203 })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 5)).toEqual([])
  })
})
