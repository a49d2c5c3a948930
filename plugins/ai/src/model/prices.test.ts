import { expect, it } from 'vitest'
import { priceOf } from './prices.ts'

const TOKENS = { inputTokens: 1_000_000, outputTokens: 100_000, cachedTokens: 400_000 }

it.each([
  ['gpt-5-mini', 0.6 * 0.25 + 0.4 * 0.025 + 0.1 * 2],
  ['gpt-5-mini-2025-08-07', 0.6 * 0.25 + 0.4 * 0.025 + 0.1 * 2],
  ['claude-sonnet-4-5-20250929', 0.6 * 3 + 0.4 * 0.3 + 0.1 * 15],
  ['claude-opus-4-6', 0.6 * 5 + 0.4 * 0.5 + 0.1 * 25],
  ['gemini-2.5-pro', 0.6 * 2.5 + 0.4 * 0.25 + 0.1 * 15],
  ['gpt-5.9', null],
  ['gpt-5-mini-audio', null],
  ['openai/gpt-5-mini', null],
  ['constructor', null],
])('%s costs %s', (model, usd) => {
  const price = priceOf(model, TOKENS, {}, true)
  expect(price === null ? null : Number(price.toFixed(9))).toBe(usd === null ? null : Number(usd.toFixed(9)))
})

it('is unknown at another server, unless the block names it', () => {
  expect(priceOf('gpt-5-mini', TOKENS, {}, false)).toBeNull()
  expect(priceOf('x', TOKENS, { input_usd_per_million: 1 }, false)).toBeNull()
  expect(priceOf('x', TOKENS, { input_usd_per_million: 1, output_usd_per_million: 10 }, false)).toBe(2)
})

it('has another price for a long request', () => {
  const short = { inputTokens: 200_000, outputTokens: 0, cachedTokens: 0 }
  expect(priceOf('gemini-2.5-pro', short, {}, true)).toBe(0.25)
  expect(priceOf('gemini-2.5-pro', { ...short, inputTokens: 200_001 }, {}, true)).toBeCloseTo(0.5, 4)
})
