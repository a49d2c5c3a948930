/** What requests to one model of a paid service have consumed. */
export interface ModelUsage {
  provider: string
  model: string
  inputTokens: number
  outputTokens: number
  /** The part of `inputTokens` that was read from a cache. */
  cachedTokens: number
  /** In US dollars, without the requests whose price is unknown. Null if no price is known. */
  costUsd: number | null
  requests: number
  /** The requests whose price is unknown. */
  unpriced: number
}

type Amounts = Omit<ModelUsage, 'provider' | 'model'>

/** Adds to the sum of a model. The key of a sum is its provider and its model. */
export function addUsage(sums: Map<string, ModelUsage>, usage: ModelUsage): void {
  const key = usageKey(usage)
  const sum = sums.get(key)
  sums.set(key, { provider: usage.provider, model: usage.model, ...(sum ? addAmounts(sum, usage) : toAmounts(usage)) })
}

export function usageKey({ provider, model }: Pick<ModelUsage, 'provider' | 'model'>): string {
  return JSON.stringify([provider, model])
}

/** What all models together have consumed. */
export function totalUsage(sums: Iterable<ModelUsage>): Amounts {
  let total: Amounts = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: null, requests: 0, unpriced: 0 }
  for (const sum of sums) total = addAmounts(total, sum)
  return total
}

function addAmounts(a: Amounts, b: Amounts): Amounts {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    costUsd: a.costUsd === null && b.costUsd === null ? null : (a.costUsd ?? 0) + (b.costUsd ?? 0),
    requests: a.requests + b.requests,
    unpriced: a.unpriced + b.unpriced,
  }
}

function toAmounts({ inputTokens, outputTokens, cachedTokens, costUsd, requests, unpriced }: Amounts): Amounts {
  return { inputTokens, outputTokens, cachedTokens, costUsd, requests, unpriced }
}
