import { BlockError, defineBlock, type ToolPin } from '@ashlar/sdk'
import { MODEL_CAPABILITIES, MODEL_TIMEOUT_MS, type Answer } from '../model/index.ts'
import { AgentModel, type PaidAnswer } from './agent-model.ts'
import { compact, summaryRequest } from './compaction.ts'
import { readConversation, type Conversation, type StepRecord } from './conversation.ts'
import { toCallMessage, withUniqueIds, type Message } from './messages.ts'
import { agentInput, agentOutput, type AgentInput } from './pins.ts'
import { answered, chat, KEY, WRONG_KEY } from '../testing/index.ts'
import { checkCall, type CheckedCall } from './tools.ts'

export const agent = defineBlock({
  id: '3b191d9f-356f-482d-8238-ba04b6d18381',
  name: 'agent',
  description: 'Let a model decide which of the linked nodes to run, and with which inputs, until it has an answer.',
  category: 'AGENT',
  common: true,
  categories: ['AI', 'LOGIC'],
  icon: 'bot',
  synonyms: [
    'ai agent',
    'agentic',
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
  capabilities: MODEL_CAPABILITIES,
  timeoutMs: MODEL_TIMEOUT_MS,
  input: agentInput,
  output: agentOutput,
  tests: [
    {
      name: 'answers without a tool',
      input: { prompt: 'Greet {{ who }}.', prompt_values: { who: 'Ada' }, sys_prompt: 'Be short.', model: 'gpt-x' },
      ...KEY,
      http: chat(answered('Hello, ', 'Ada!')),
      output: [
        ['finished', 'Hello, Ada!'],
        [
          'conversations',
          [
            { role: 'system', content: 'Be short.' },
            { role: 'user', content: 'Greet Ada.' },
            { role: 'assistant', content: 'Hello, Ada!' },
          ],
        ],
      ],
    },
    WRONG_KEY,
  ],
  async *run(input, context) {
    const conversation = readConversation(input)
    if (conversation.openCalls.length > 0) return yield ['conversations', exportMessages(conversation)] // more results will come
    yield* takeStep(input, conversation, await AgentModel.open(input, context))
  },
})

type Yields = AsyncGenerator<['tools' | 'finished' | 'conversations' | 'step' | ToolPin, unknown]>
async function* takeStep(input: AgentInput, conversation: Conversation, model: AgentModel): Yields {
  const { context_tokens: contextTokens, conversation_compaction: mayShorten } = input
  const { messages, toSummarise } = compact(conversation, contextTokens, mayShorten)
  if (toSummarise > 0) {
    const request = summaryRequest(conversation, toSummarise, contextTokens)
    const { text, tokens, costUsd } = await model.answer({ system: '', messages: request, mayCall: false })
    yield ['step', { type: 'SUMMARY', text, covers: toSummarise, tokens, costUsd } satisfies StepRecord]
    return
  }
  const mustAnswer = isSpent(input, conversation)
  const last: Message[] = mustAnswer
    ? [{ role: 'user', content: 'You cannot call tools any more. Answer now with what you know.' }]
    : []
  const answer = await model.answer({ system: conversation.system, messages: [...messages, ...last], mayCall: !mustAnswer })
  if (answer.calls.length === 0 || mustAnswer) yield* finish(conversation, answer)
  else yield* act(input, conversation, answer)
}

/** Whether the agent has used all that it may use. */
function isSpent(input: AgentInput, { rounds, tokens, costUsd }: Conversation): boolean {
  const { agent_mode_max_iterations: most, max_total_tokens: maxTokens, max_usd: maxUsd } = input
  return (most > 0 && rounds >= most) || (maxTokens != null && tokens >= maxTokens) || (maxUsd != null && costUsd >= maxUsd)
}

async function* finish(conversation: Conversation, { text }: Answer): Yields {
  if (text === '') throw new BlockError('MODEL_OUTPUT_INVALID', 'the model must answer, but it calls a tool again')
  yield ['finished', text]
  yield ['conversations', exportMessages(conversation, { role: 'assistant', content: text })]
}

/** Calls the tools, or returns what is wrong to the model. */
async function* act(input: AgentInput, conversation: Conversation, answer: PaidAnswer): Yields {
  const calls = withUniqueIds(answer.calls, conversation.messages)
  const message = toCallMessage(answer.text, calls)
  const checked = calls.map((each) => checkCall(each, input.node_tools))
  const isForGraph = input.agent_mode_max_iterations === 0
  const errors = checked.map((each) => ('error' in each ? each.error : null))
  const isWrong = errors.some((error) => error !== null)
  if (isForGraph && !isWrong) {
    yield* values(checked)
    yield ['conversations', exportMessages(conversation, message)]
    return
  }
  if (errors.every((error) => error !== null) && conversation.faults >= input.retry)
    throw new BlockError(
      'MODEL_OUTPUT_INVALID',
      `the model called tools incorrectly ${conversation.faults + 1} times in a row: ${errors.join('; ')}`,
    )
  // The graph runs all calls of a message, or none.
  const made = isForGraph ? errors.map((error) => error ?? 'not called, because another call of this message is wrong') : errors
  yield ['step', { type: 'CALLS', message, errors: made, tokens: answer.tokens, costUsd: answer.costUsd } satisfies StepRecord]
  if (!isForGraph) yield* values(checked)
}

async function* values(calls: readonly CheckedCall[]): Yields {
  for (const each of calls) if ('values' in each) yield* each.values
}

function exportMessages({ system, messages }: Conversation, ...more: Message[]): Message[] {
  return [...(system === '' ? [] : [{ role: 'system' as const, content: system }]), ...messages, ...more]
}
