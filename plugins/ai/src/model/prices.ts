import type { Tokens } from './tokens.ts'

/** US dollars for a million tokens. */
interface Price {
  input: number
  output: number
  /** Input that is read from a cache. @default the price of input */
  cached?: number
  /** The prices of a request with more than `above` input tokens. */
  long?: Price & { above: number }
}

/**
 * List prices of 2026-11 by the name of a model, without its version. The pins of a block override them.
 *
 * Sources: the pricing pages of OpenAI, Anthropic and Google, and the table of models and prices of GitHub Copilot.
 */
const PRICES: Readonly<Record<string, Price>> = {
  'gpt-5.5': { input: 5, output: 30, cached: 0.5, long: { above: 272_000, input: 10, output: 45, cached: 1 } },
  'gpt-5.4': { input: 2.5, output: 15, cached: 0.25, long: { above: 272_000, input: 5, output: 22.5, cached: 0.5 } },
  'gpt-5.4-mini': { input: 0.75, output: 4.5, cached: 0.075 },
  'gpt-5.4-nano': { input: 0.2, output: 1.25, cached: 0.02 },
  'gpt-5.2': { input: 1.75, output: 14, cached: 0.175 },
  'gpt-5': { input: 1.25, output: 10, cached: 0.125 },
  'gpt-5-mini': { input: 0.25, output: 2, cached: 0.025 },
  'gpt-5-nano': { input: 0.05, output: 0.4, cached: 0.005 },
  'gpt-4.1': { input: 2, output: 8, cached: 0.5 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6, cached: 0.1 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4, cached: 0.025 },
  'gpt-4o': { input: 2.5, output: 10, cached: 1.25 },
  'gpt-4o-mini': { input: 0.15, output: 0.6, cached: 0.075 },
  o3: { input: 2, output: 8, cached: 0.5 },
  'o4-mini': { input: 1.1, output: 4.4, cached: 0.275 },
  'text-embedding-3-small': { input: 0.02, output: 0 },
  'text-embedding-3-large': { input: 0.13, output: 0 },
  'claude-opus-4-8': { input: 5, output: 25, cached: 0.5 },
  'claude-opus-4-7': { input: 5, output: 25, cached: 0.5 },
  'claude-opus-4-6': { input: 5, output: 25, cached: 0.5 },
  'claude-opus-4-5': { input: 5, output: 25, cached: 0.5 },
  'claude-opus-4-1': { input: 15, output: 75, cached: 1.5 },
  'claude-sonnet-4-6': { input: 3, output: 15, cached: 0.3 },
  'claude-sonnet-4-5': { input: 3, output: 15, cached: 0.3 },
  'claude-sonnet-4': { input: 3, output: 15, cached: 0.3 },
  'claude-haiku-4-5': { input: 1, output: 5, cached: 0.1 },
  'claude-3-5-haiku': { input: 0.8, output: 4, cached: 0.08 },
  'gemini-2.5-pro': { input: 1.25, output: 10, cached: 0.125, long: { above: 200_000, input: 2.5, output: 15, cached: 0.25 } },
  'gemini-2.5-flash': { input: 0.3, output: 2.5, cached: 0.03 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4, cached: 0.01 },
  'gemini-embedding-001': { input: 0.15, output: 0 },
}

/** A date or `latest` after the name of a model. */
const VERSION = /-(\d{4}-\d{2}-\d{2}|\d{8}|latest|\d{3})$/

export interface PriceOverride {
  input_usd_per_million?: number | undefined
  output_usd_per_million?: number | undefined
}

/**
 * Returns the price of a request in US dollars, or null if it is unknown.
 *
 * @param isOwnServer whether the list prices apply
 */
export function priceOf(
  model: string,
  { inputTokens, outputTokens, cachedTokens }: Tokens,
  { input_usd_per_million: ownInput, output_usd_per_million: ownOutput }: PriceOverride,
  isOwnServer: boolean,
): number | null {
  const listed = isOwnServer ? findPrice(model, inputTokens) : undefined
  const input = ownInput ?? listed?.input
  const output = ownOutput ?? listed?.output
  if (input === undefined || output === undefined) return null
  const cached = ownInput ?? listed?.cached ?? input
  const read = Math.min(cachedTokens, inputTokens)
  return ((inputTokens - read) * input + read * cached + outputTokens * output) / 1_000_000
}

function findPrice(model: string, inputTokens: number): Price | undefined {
  const name = model.toLowerCase()
  const key = [name, name.replace(VERSION, '')].find((each) => Object.hasOwn(PRICES, each))
  const price = key === undefined ? undefined : PRICES[key]
  return price?.long && inputTokens > price.long.above ? price.long : price
}
