import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { BlockContext } from '@ashlar/sdk'

/** @param input the name of a model, and the address of an OpenAI-compatible API */
export function openModel(
  { model, base_url: baseURL }: { model: string; base_url: string },
  { fetch }: Pick<BlockContext, 'fetch'>,
): LanguageModelV4 {
  const settings = { name: 'openai-compatible', baseURL, includeUsage: true, fetch: fetch as typeof globalThis.fetch }
  return createOpenAICompatible(settings).chatModel(model)
}
