import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { BlockContext } from '@ashlar/sdk'
import type { LanguageModel } from 'ai'

/** @param input the name of a model, and the address of an OpenAI-compatible API */
export function openModel(
  { model, base_url: baseURL }: { model: string; base_url: string },
  { fetch }: Pick<BlockContext, 'fetch'>,
): LanguageModel {
  return createOpenAICompatible({ name: 'openai', baseURL, includeUsage: true, fetch: fetch as typeof globalThis.fetch })(model)
}
