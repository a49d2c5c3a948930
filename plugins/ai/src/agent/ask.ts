import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { toModelMessages, type Message } from './messages.ts'
import type { Tool } from './tools.ts'

interface Question {
  system: string
  messages: readonly Message[]
  tools: readonly Tool[]
  /** Whether the model may call tools. */
  mayCall: boolean
  isParallel: boolean
  maxTokens: number | null | undefined
  temperature: number | null | undefined
  signal: AbortSignal
}

/** The options of the AI SDK for one request. */
export function toOptions({
  system,
  messages,
  tools,
  mayCall,
  isParallel,
  maxTokens,
  temperature,
  signal,
}: Question): LanguageModelV4CallOptions {
  const instructions = system === '' ? [] : [{ role: 'system' as const, content: system }]
  return {
    prompt: [...instructions, ...toModelMessages(messages)],
    abortSignal: signal,
    ...(maxTokens != null && { maxOutputTokens: maxTokens }),
    ...(temperature != null && { temperature }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({ type: 'function', name, description, inputSchema: parameters })),
      toolChoice: { type: mayCall ? 'auto' : 'none' },
    }),
    ...(mayCall && tools.length > 0 && !isParallel && { providerOptions: ONE_CALL }),
  }
}

/** Each provider reads its own setting. */
const ONE_CALL = {
  'openai-compatible': { parallel_tool_calls: false },
  anthropic: { disableParallelToolUse: true },
}
