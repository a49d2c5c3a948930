import { jsonSchema, streamText, type LanguageModel, type ToolSet } from 'ai'
import { toModelMessages, type Message } from './messages.ts'
import type { RequestedCall, Tool } from './tools.ts'

interface Question {
  system: string
  messages: readonly Message[]
  tools: readonly Tool[]
  /** Whether the model may call tools. Without tools it cannot. */
  mayCall: boolean
  isParallel: boolean
  maxTokens: number | undefined
  signal: AbortSignal
  /** Receives each piece of the text. */
  onText(text: string): void
}

export interface Answer {
  text: string
  calls: RequestedCall[]
  inputTokens: number
  outputTokens: number
  cachedTokens: number
}

/** Sends one request to a model. A request that is refused because of too many requests is repeated, twice at most. */
export async function ask(model: LanguageModel, question: Question): Promise<Answer> {
  const { system, messages, tools, mayCall, isParallel, maxTokens, signal, onText } = question
  const result = streamText({
    model,
    messages: toModelMessages(messages),
    ...(system !== '' && { instructions: system }),
    ...(tools.length > 0 && { tools: toToolSet(tools), toolChoice: mayCall ? 'auto' : 'none' }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    providerOptions: tools.length > 0 && !isParallel ? { openai: { parallel_tool_calls: false } } : {},
    abortSignal: signal,
    onError: () => {}, // the stream reports it too
  })
  let text = ''
  for await (const part of result.stream) {
    if (part.type === 'error') throw part.error
    if (part.type !== 'text-delta') continue
    text += part.text
    onText(part.text)
  }
  const [calls, usage] = await Promise.all([result.toolCalls, result.usage])
  return {
    text,
    calls: calls.map(({ toolCallId, toolName, input }) => {
      return { id: toolCallId, name: toolName, arguments: typeof input === 'string' ? input : JSON.stringify(input) }
    }),
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
    cachedTokens: usage.inputTokenDetails.cacheReadTokens ?? 0,
  }
}

function toToolSet(tools: readonly Tool[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, parameters }) => [name, { description, inputSchema: jsonSchema(parameters) }]),
  )
}
