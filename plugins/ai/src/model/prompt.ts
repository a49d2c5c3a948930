import { BlockError, stringifyJson } from '@ashlar/sdk'
import type { LanguageModelV4Message } from '@ai-sdk/provider'

/** A message as graphs pass it: `{ role: 'user', content: 'Hello' }`. */
export interface Message {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** Replaces `{{name}}` by values. A name without a value stays. */
export function fillTemplate(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (found, name: string) =>
    Object.hasOwn(values, name) ? toText(values[name]) : found,
  )
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : stringifyJson(value ?? '')
}

/** The usual prompt: instructions, if there are any, and one message of the user. */
export function toPrompt(system: string, prompt: string, values: Readonly<Record<string, unknown>> = {}): Message[] {
  const instructions = fillTemplate(system, values).trim()
  const asked: Message = { role: 'user', content: fillTemplate(prompt, values) }
  return instructions === '' ? [asked] : [{ role: 'system', content: instructions }, asked]
}

/** Reads a conversation, such as an output of another block. */
export function parseMessages(pin: string, messages: readonly unknown[]): Message[] {
  return messages.map((message, i) => {
    const { role, content } = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {}
    if (role !== 'system' && role !== 'user' && role !== 'assistant')
      throw new BlockError('SERVICE_REFUSED', `${pin}[${i}].role must be system, user or assistant, got ${JSON.stringify(role)}`)
    return { role, content: readContent(content, `${pin}[${i}]`) }
  })
}

/** A content is a text, or a list of parts of which those with a text are used. */
function readContent(content: unknown, place: string): string {
  if (typeof content === 'string') return content
  const parts: unknown[] = Array.isArray(content) ? content : []
  const texts = parts.flatMap((part) =>
    typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : [],
  )
  if (texts.length > 0) return texts.join('\n')
  throw new BlockError('SERVICE_REFUSED', `${place}.content must be a text or a list of parts with a text`)
}

export function toModelMessages(messages: readonly Message[]): LanguageModelV4Message[] {
  return messages.map(({ role, content }) =>
    role === 'system' ? { role, content } : { role, content: [{ type: 'text', text: content }] },
  )
}
