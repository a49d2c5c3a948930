export interface Tokens {
  inputTokens: number
  outputTokens: number
  cachedTokens: number
}

/** What a service reports. Undefined if it reports neither input nor output. */
export function toTokens(input: number | undefined, output?: number, cached?: number): Tokens | undefined {
  const [inputTokens, outputTokens, cachedTokens = 0] = [input, output, cached].map(toCount)
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, cachedTokens }
}

/** The largest number of tokens that an event of usage may have. */
const MAX_COUNT = 1_000_000_000

/** A number that cannot be a number of tokens counts as unknown: an answer that is paid for must not be lost. */
function toCount(count: number | undefined): number | undefined {
  return Number.isInteger(count) && count !== undefined && count >= 0 && count <= MAX_COUNT ? count : undefined
}
