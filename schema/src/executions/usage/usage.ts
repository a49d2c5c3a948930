import { totalUsage, type ModelUsage } from '@ashlar/core'
import { builder } from '../../base/builder.ts'

/** The fields of {@link ModelUsage} and of sums of it have the same descriptions. */
export const USAGE_DESCRIPTIONS = {
  inputTokens: 'The tokens of the requests, those read from a cache included. A whole number.',
  outputTokens: 'The tokens of the responses. A whole number.',
  cachedTokens: 'The part of `inputTokens` that was read from a cache. A whole number.',
  costUsd: 'The price in US dollars, without the requests in `unpriced`. Null if no price is known.',
  requests: 'The number of requests.',
  unpriced: 'The number of requests whose price is unknown.',
}

const ModelUsageType = builder.objectRef<ModelUsage>('ModelUsage').implement({
  description: 'What requests to one model of a paid service have consumed.',
  fields: (t) => ({
    provider: t.exposeString('provider', { description: 'The service.' }),
    model: t.exposeString('model', { description: 'The name of the model.' }),
    inputTokens: t.exposeFloat('inputTokens', { description: USAGE_DESCRIPTIONS.inputTokens }),
    outputTokens: t.exposeFloat('outputTokens', { description: USAGE_DESCRIPTIONS.outputTokens }),
    cachedTokens: t.exposeFloat('cachedTokens', { description: USAGE_DESCRIPTIONS.cachedTokens }),
    costUsd: t.exposeFloat('costUsd', { nullable: true, description: USAGE_DESCRIPTIONS.costUsd }),
    requests: t.exposeInt('requests', { description: USAGE_DESCRIPTIONS.requests }),
    unpriced: t.exposeInt('unpriced', { description: USAGE_DESCRIPTIONS.unpriced }),
  }),
})

type Usage = ReturnType<typeof totalUsage> & { models: readonly ModelUsage[] }

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description: 'What requests to paid services have consumed, such as language models.',
  fields: (t) => ({
    inputTokens: t.exposeFloat('inputTokens', { description: USAGE_DESCRIPTIONS.inputTokens }),
    outputTokens: t.exposeFloat('outputTokens', { description: USAGE_DESCRIPTIONS.outputTokens }),
    cachedTokens: t.exposeFloat('cachedTokens', { description: USAGE_DESCRIPTIONS.cachedTokens }),
    costUsd: t.exposeFloat('costUsd', { nullable: true, description: USAGE_DESCRIPTIONS.costUsd }),
    requests: t.exposeInt('requests', { description: USAGE_DESCRIPTIONS.requests }),
    unpriced: t.exposeInt('unpriced', { description: USAGE_DESCRIPTIONS.unpriced }),
    models: t.field({ type: [ModelUsageType], description: 'The sum for each model.', resolve: ({ models }) => models }),
  }),
})

/** @returns null if nothing was consumed */
export function toUsage(models: readonly ModelUsage[]): Usage | null {
  return models.length > 0 ? { ...totalUsage(models), models } : null
}
