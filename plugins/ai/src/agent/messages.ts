import type { LanguageModelV4Message } from '@ai-sdk/provider'
import { z } from 'zod'
import type { RequestedCall } from '../model/index.ts'

/** A message of a conversation, in the form of the OpenAI API, which AutoGPT's graphs use too. */
export const messageSchema = z.looseObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.unknown().optional(),
  tool_calls: z
    .array(z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string().default('{}') }) }))
    .nullish(),
  tool_call_id: z.string().optional(),
})

export type Message = z.output<typeof messageSchema>

/** The text of a message. Parts that are not text are left out. */
export function textOf({ content }: Pick<Message, 'content'>): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content === undefined || content === null ? '' : JSON.stringify(content)
  return content.flatMap((part) => (isText(part) ? [part.text] : [])).join('\n')
}

function isText(part: unknown): part is { text: string } {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
}

/** The ids of the tool calls in a conversation that have no result yet, in order. */
export function findOpenCalls(messages: readonly Message[]): string[] {
  const answered = new Set(messages.flatMap(({ tool_call_id: id }) => id ?? []))
  return messages.flatMap(({ tool_calls: calls }) => (calls ?? []).map(({ id }) => id).filter((id) => !answered.has(id)))
}

/** The message with which a model calls tools. `extra_content` has the form that the OpenAI API of Google uses. */
export function toCallMessage(text: string, calls: readonly RequestedCall[]): Message {
  return {
    role: 'assistant',
    content: text,
    tool_calls: calls.map(({ id, name, arguments: json, signature }) => ({
      id,
      type: 'function',
      function: { name, arguments: json },
      ...(signature !== undefined && { extra_content: { google: { thought_signature: signature } } }),
    })),
  }
}

/** Gives calls whose id is empty or used another one: services refuse a conversation in which an id is used twice. */
export function withUniqueIds(calls: readonly RequestedCall[], earlier: readonly Message[]): RequestedCall[] {
  const used = new Set(earlier.flatMap(({ tool_calls: known }) => (known ?? []).map(({ id }) => id)))
  return calls.map((call) => {
    const base = call.id === '' ? 'call' : call.id
    let id = base
    for (let n = 2; used.has(id); n++) id = `${base}_${n}`
    used.add(id)
    return { ...call, id }
  })
}

/** Converts a conversation for the AI SDK, without its system messages. */
export function toModelMessages(messages: readonly Message[]): LanguageModelV4Message[] {
  const names = new Map(messages.flatMap(({ tool_calls: calls }) => (calls ?? []).map((call) => [call.id, call.function.name])))
  const converted = messages.flatMap((message): LanguageModelV4Message[] => {
    if (message.role === 'system') return []
    if (message.role === 'user') return [{ role: 'user', content: [{ type: 'text', text: textOf(message) }] }]
    if (message.role === 'assistant') return [{ role: 'assistant', content: assistantParts(message) }]
    const id = message.tool_call_id ?? ''
    const output = { type: 'text' as const, value: textOf(message) }
    return [{ role: 'tool', content: [{ type: 'tool-result', toolCallId: id, toolName: names.get(id) ?? 'tool', output }] }]
  })
  return joinResults(converted)
}

/** Gemini expects the results of all calls of a message in the next message. */
function joinResults(messages: readonly LanguageModelV4Message[]): LanguageModelV4Message[] {
  const joined: LanguageModelV4Message[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    if (message.role === 'tool' && last?.role === 'tool')
      joined.splice(-1, 1, { ...last, content: [...last.content, ...message.content] })
    else joined.push(message)
  }
  return joined
}

type AssistantParts = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']

function assistantParts(message: Message): AssistantParts {
  const text = textOf(message)
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: json }, extra_content: extra }) => ({
    type: 'tool-call' as const,
    toolCallId: id,
    toolName: name,
    input: parseArguments(json) ?? {},
    ...withSignature(extra),
  }))
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...calls]
}

/** @param extra of a tool call, in any form */
function withSignature(extra: unknown): { providerOptions?: { google: { thoughtSignature: string } } } {
  const { google } = Object(extra) as { google?: unknown }
  const { thought_signature: signature } = Object(google) as { thought_signature?: unknown }
  return typeof signature === 'string' ? { providerOptions: { google: { thoughtSignature: signature } } } : {}
}

/** @returns undefined if the text is not a JSON object */
export function parseArguments(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = json.trim() === '' ? {} : JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
