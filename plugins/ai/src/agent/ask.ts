import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { toModelMessages, type Message } from './messages.ts'
import type { RequestedCall, Tool } from './tools.ts'

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
  /** Receives each piece of the text. */
  onText(text: string): void
}

export interface Answer {
  text: string
  calls: RequestedCall[]
  /** Undefined if the service does not report them. */
  used: { inputTokens: number; outputTokens: number; cachedTokens: number } | undefined
  /** Why the answer ended; undefined if it is not complete. */
  end: string | undefined
}

/** Sends one request to a model, and reads its answer while it arrives. */
export async function ask(model: LanguageModelV4, question: Question): Promise<Answer> {
  const { stream } = await model.doStream(toOptions(question))
  const answer: Answer = { text: '', calls: [], used: undefined, end: undefined }
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) takePart(answer, next.value, question)
  return answer
}

function toOptions({
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

function takePart(answer: Answer, part: LanguageModelV4StreamPart, { onText }: Question): void {
  if (part.type === 'text-delta') {
    answer.text += part.delta
    onText(part.delta)
  } else if (part.type === 'tool-call') answer.calls.push({ id: part.toolCallId, name: part.toolName, arguments: part.input })
  else if (part.type === 'finish') {
    const { inputTokens, outputTokens } = part.usage
    if (inputTokens.total !== undefined || outputTokens.total !== undefined)
      answer.used = {
        inputTokens: inputTokens.total ?? 0,
        outputTokens: outputTokens.total ?? 0,
        cachedTokens: inputTokens.cacheRead ?? 0,
      }
    const { unified, raw } = part.finishReason
    answer.end = unified === 'other' && raw === undefined ? undefined : unified
  } else if (part.type === 'error') throw part.error
}
