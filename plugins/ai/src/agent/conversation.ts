import { z } from 'zod'
import { fillTemplate } from '../model/index.ts'
import { findOpenCalls, messageSchema, textOf, type Message } from './messages.ts'
import type { AgentInput } from './pins.ts'
import { describeResult, type RecordedStep } from './results.ts'

/** What the request of a step has consumed. */
const spent = { tokens: z.number(), costUsd: z.number() }

const recordSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('CALLS'),
    message: messageSchema,
    /** For each tool call of the message, why it was not made. */
    errors: z.array(z.string().nullable()),
    ...spent,
  }),
  z.object({
    type: z.literal('SUMMARY'),
    text: z.string(),
    /** The number of messages that it replaces. */
    covers: z.number(),
    ...spent,
  }),
])

/** What a step records for the next one. */
export type StepRecord = z.output<typeof recordSchema>

/** Everything that is known when a step begins. It follows from the inputs alone. */
export interface Conversation {
  system: string
  /** Without system messages. */
  messages: Message[]
  summary: { text: string; covers: number } | undefined
  /** The number of steps that have called tools. */
  rounds: number
  /** The number of steps at the end in which every call was wrong. */
  faults: number
  tokens: number
  costUsd: number
  /** Tool calls of the history whose results have not arrived. */
  openCalls: string[]
}

export function readConversation(input: AgentInput): Conversation {
  const conversation = startConversation(input)
  for (const step of input.steps) addStep(conversation, step, input)
  return conversation
}

function startConversation({
  prompt,
  sys_prompt,
  prompt_values,
  conversation_history,
  last_tool_output,
}: AgentInput): Conversation {
  const [system, task] = [sys_prompt, prompt].map((text) => fillTemplate(text, prompt_values))
  const history: Message[] = conversation_history.filter(({ role }) => role !== 'system')
  const given = conversation_history.filter(({ role }) => role === 'system').map(textOf)
  const messages = [...history]
  const [open] = findOpenCalls(history)
  if (last_tool_output !== undefined && last_tool_output !== null) {
    const content = typeof last_tool_output === 'string' ? last_tool_output : JSON.stringify(last_tool_output)
    messages.push(open === undefined ? { role: 'user', content } : { role: 'tool', tool_call_id: open, content })
  }
  const isKnown = history.some((message) => message.role === 'user' && textOf(message) === task)
  if (!isKnown && task !== undefined && task !== '') messages.unshift({ role: 'user', content: task })
  return {
    system: [...new Set([system ?? '', ...given])].filter((text) => text !== '').join('\n\n'),
    messages,
    summary: undefined,
    rounds: 0,
    faults: 0,
    tokens: 0,
    costUsd: 0,
    openCalls: findOpenCalls(messages),
  }
}

function addStep(conversation: Conversation, { value, calls }: RecordedStep, { context_tokens }: AgentInput): void {
  const record = recordSchema.parse(value)
  conversation.tokens += record.tokens
  conversation.costUsd += record.costUsd
  if (record.type === 'SUMMARY') {
    conversation.summary = record
    return
  }
  conversation.rounds++
  conversation.faults = record.errors.every((error) => error !== null) ? conversation.faults + 1 : 0
  conversation.messages.push(record.message)
  const results = calls.values()
  for (const [i, { id }] of (record.message.tool_calls ?? []).entries()) {
    const error = record.errors[i] ?? null
    const result = error === null ? results.next().value : undefined
    const content = result
      ? describeResult(result, maxResultChars(context_tokens))
      : `error: ${error ?? 'the tool gave no result'}`
    conversation.messages.push({ role: 'tool', tool_call_id: id, content })
  }
}

export const CHARS_PER_TOKEN = 4

/** One result takes at most a quarter of the context. */
function maxResultChars(contextTokens: number): number {
  return contextTokens * (CHARS_PER_TOKEN / 4)
}
