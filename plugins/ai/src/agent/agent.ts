import { defineBlock, fromInput, type BlockContext, type ToolPin } from '@ashlar/sdk'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { openModel } from '../model/index.ts'
import { ask, type Answer } from './ask.ts'
import { compact, summaryRequest } from './compaction.ts'
import { readConversation, type Conversation, type StepRecord } from './conversation.ts'
import type { Message } from './messages.ts'
import { agentInput, agentOutput, type AgentInput } from './pins.ts'
import { checkCall, type CheckedCall } from './tools.ts'

/** A model can think for minutes. */
const TIMEOUT_MS = 600_000

export const agent = defineBlock({
  id: '3b191d9f-356f-482d-8238-ba04b6d18381',
  name: 'agent',
  description: 'Let a model decide which of the linked nodes to run, and with which inputs, until it has an answer.',
  category: 'AGENT',
  categories: ['AI', 'LOGIC'],
  icon: 'bot',
  synonyms: [
    'ai agent',
    'llm agent',
    'tool calling',
    'function calling',
    'smart decision maker',
    'orchestrator',
    'assistant',
    'autonomous agent',
    'react agent',
    'tools agent',
    'openai functions agent',
    'decide',
    'planner',
    'copilot',
  ],
  capabilities: { http: [fromInput('base_url')] },
  timeoutMs: TIMEOUT_MS,
  input: agentInput,
  output: agentOutput,
  tests: [],
  async *run(input, context) {
    const conversation = readConversation(input)
    if (conversation.openCalls.length > 0) return yield ['conversations', exportMessages(conversation)] // more results will come
    yield* takeStep(input, conversation, { opened: openModel(input, context), context })
  },
})

type Yields = AsyncGenerator<['tools' | 'finished' | 'conversations' | 'step' | ToolPin, unknown]>
/** The context has its functions from its prototype. */
interface Opened {
  opened: LanguageModelV4
  context: BlockContext
}

async function* takeStep(input: AgentInput, conversation: Conversation, model: Opened): Yields {
  const { context_tokens: contextTokens, conversation_compaction: mayShorten } = input
  const { messages, toSummarise } = compact(conversation, contextTokens, mayShorten)
  if (toSummarise > 0) {
    const request = summaryRequest(conversation, toSummarise, contextTokens)
    const { text, tokens } = await call(input, model, { ...conversation, system: '', messages: request, mayCall: false })
    yield ['step', { type: 'SUMMARY', text, covers: toSummarise, tokens } satisfies StepRecord]
    return
  }
  const mustAnswer = isSpent(input, conversation)
  const last: Message[] = mustAnswer
    ? [{ role: 'user', content: 'You cannot call tools any more. Answer now with what you know.' }]
    : []
  const answer = await call(input, model, { ...conversation, messages: [...messages, ...last], mayCall: !mustAnswer })
  if (answer.calls.length === 0 || mustAnswer) yield* finish(conversation, answer)
  else yield* act(input, conversation, answer)
}

/** Whether the agent has used all that it may use. */
function isSpent(
  { agent_mode_max_iterations: most, max_total_tokens: maxTokens }: AgentInput,
  { rounds, tokens }: Conversation,
): boolean {
  return (most > 0 && rounds >= most) || (maxTokens !== undefined && tokens >= maxTokens)
}

async function call(
  { model, max_tokens: maxTokens, multiple_tool_calls: isParallel, node_tools: tools }: AgentInput,
  { opened, context: { signal, stream, usage } }: Opened,
  { system, messages, mayCall }: { system: string; messages: readonly Message[]; mayCall: boolean },
): Promise<Answer & { tokens: number }> {
  const onText = (text: string): void => stream('finished', text)
  const answer = await ask(opened, { system, messages, tools, mayCall, isParallel, maxTokens, signal, onText })
  const { inputTokens, outputTokens, cachedTokens } = answer
  usage({ provider: 'openai', model, inputTokens, outputTokens, cachedTokens })
  return { ...answer, tokens: inputTokens + outputTokens }
}

async function* finish(conversation: Conversation, { text }: Answer): Yields {
  if (text === '') throw new Error('the model gave no answer: neither a text nor a tool call')
  yield ['finished', text]
  yield ['conversations', exportMessages(conversation, { role: 'assistant', content: text })]
}

/** Calls the tools, or returns what is wrong to the model. */
async function* act(input: AgentInput, conversation: Conversation, answer: Answer & { tokens: number }): Yields {
  const message = toMessage(answer)
  const checked = answer.calls.map((each) => checkCall(each, input.node_tools))
  const isForGraph = input.agent_mode_max_iterations === 0
  const errors = checked.map((each) => ('error' in each ? each.error : null))
  const isWrong = errors.some((error) => error !== null)
  if (isForGraph && !isWrong) {
    yield* values(checked)
    yield ['conversations', exportMessages(conversation, message)]
    return
  }
  if (errors.every((error) => error !== null) && conversation.faults >= input.retry)
    throw new Error(`the model called tools incorrectly ${conversation.faults + 1} times in a row: ${errors.join('; ')}`)
  // The graph runs all calls of a message, or none.
  const made = isForGraph ? errors.map((error) => error ?? 'not called, because another call of this message is wrong') : errors
  yield ['step', { type: 'CALLS', message, errors: made, tokens: answer.tokens } satisfies StepRecord]
  if (!isForGraph) yield* values(checked)
}

async function* values(calls: readonly CheckedCall[]): Yields {
  for (const each of calls) if ('values' in each) yield* each.values
}

function toMessage({ text, calls }: Answer): Message {
  return {
    role: 'assistant',
    content: text,
    tool_calls: calls.map(({ id, name, arguments: json }) => ({ id, type: 'function', function: { name, arguments: json } })),
  }
}

function exportMessages({ system, messages }: Conversation, ...more: Message[]): Message[] {
  return [...(system === '' ? [] : [{ role: 'system' as const, content: system }]), ...messages, ...more]
}
