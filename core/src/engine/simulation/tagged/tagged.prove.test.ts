import { describe, expect, it } from 'vitest'
import { findRareCases } from '../counts.ts'
import { proveTagged } from './prove.ts'

/** Graphs of these seeds have found faults. */
const FORMER_FAULTS = [20_261_201, 20_261_205, 20_261_211, 20_261_218, 20_261_219]

describe('random graphs with loops', { timeout: 300_000 }, () => {
  it('give what the reference computes, in every order and after crashes: 3 000 graphs with every rare case', () => {
    const { failure, counts } = proveTagged({ cases: 3000, seed: 20_261_203 })
    expect(failure).toBeUndefined()
    expect(findRareCases(counts, 5)).toEqual([])
  })

  it.each(FORMER_FAULTS)('give what the reference computes, in every order and after crashes: seed %i', (seed) => {
    expect(proveTagged({ cases: 400, seed }).failure).toBeUndefined()
  })
})
