import { CHARS_PER_TOKEN, type Conversation } from './conversation.ts'
import { textOf, type Message } from './messages.ts'
import { cut } from './results.ts'

/** Older results of tools are cut to this length before anything is summarised. */
const SHORT_CHARS = 600

/** What the model receives of a conversation. */
export interface Compacted {
  messages: Message[]
  /** The number of messages that must be summarised first, because the conversation is too long; 0 if none. */
  toSummarise: number
}

/** Shortens a conversation that is longer than the limit. The result follows from the conversation alone. */
export function compact({ messages, summary }: Conversation, contextTokens: number, mayShorten: boolean): Compacted {
  const shown = show(messages, summary)
  if (!mayShorten || isShort(shown, contextTokens)) return { messages: shown, toSummarise: 0 }
  const kept = keptFrom(messages, contextTokens)
  const shorter = messages.map((message, i) =>
    message.role === 'tool' && i < kept ? { ...message, content: cut(textOf(message), SHORT_CHARS) } : message,
  )
  const cutOnly = show(shorter, summary)
  const canSummarise = kept > (summary?.covers ?? 1)
  return { messages: cutOnly, toSummarise: isShort(cutOnly, contextTokens) || !canSummarise ? 0 : kept }
}

/** The request for a summary of the first messages. */
export function summaryRequest({ messages, summary }: Conversation, count: number, contextTokens: number): Message[] {
  const old = show(messages.slice(0, count), summary)
  const lines = old.map((message) => `${message.role}: ${cut(transcribe(message), SHORT_CHARS * 4)}`)
  const text = cut(lines.join('\n\n'), contextTokens * CHARS_PER_TOKEN * 0.8)
  const task =
    'Summarise this conversation of an agent for its own use. Keep the task, all facts, decisions, results and open questions. Answer with the summary only.'
  return [{ role: 'user', content: `${task}\n\n${text}` }]
}

function transcribe(message: Message): string {
  const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: json } }) => `calls ${name}(${json})`)
  return [textOf(message), ...calls].filter((part) => part !== '').join('\n')
}

/** A summary replaces the messages that it covers, except the task. */
function show(messages: readonly Message[], summary: Conversation['summary']): Message[] {
  if (!summary) return [...messages]
  const [task] = messages
  const text: Message = { role: 'user', content: `Summary of the conversation so far:\n${summary.text}` }
  return [...(task ? [task] : []), text, ...messages.slice(summary.covers)]
}

/**
 * The first of the last messages that are kept as they are: half of the limit, but at least the last tool calls. A
 * result is not separated from its call.
 */
function keptFrom(messages: readonly Message[], contextTokens: number): number {
  let from = messages.findLastIndex(({ role }) => role !== 'tool')
  for (let i = from; i >= 0 && isShort(messages.slice(i), contextTokens / 2); i--) if (messages[i]?.role !== 'tool') from = i
  return Math.max(0, from)
}

function isShort(messages: readonly Message[], contextTokens: number): boolean {
  const chars = messages.reduce((sum, message) => sum + transcribe(message).length, 0)
  return chars <= contextTokens * CHARS_PER_TOKEN
}
