import { z } from 'zod'
import { answerPins, modelPins, ollamaHostPin, promptValuesPin } from '../model/index.ts'
import { messageSchema } from './messages.ts'
import { stepSchema } from './results.ts'
import { toolSchema } from './tools.ts'

const list = <T extends z.ZodType>(item: T): z.ZodDefault<z.ZodArray<T>> => z.array(item).default([])

export const agentInput = z.object({
  prompt: z.string().describe('The task. {{ name }} inserts a value of `prompt_values`.'),
  ...modelPins,
  sys_prompt: z.string().default('').describe('Instructions: the role of the agent, and how it should use its tools.'),
  agent_mode_max_iterations: z.int().min(-1).default(0).meta({
    title: 'Iterations',
    description:
      'How often the agent may call its tools: -1 without limit, N at most N times; then it must answer. 0: the agent calls no tool itself, and sends the calls to its tool nodes, so that the graph continues from them.',
  }),
  multiple_tool_calls: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether the model may call several tools at the same time.', advanced: true }),
  prompt_values: promptValuesPin,
  conversation_history: list(messageSchema).meta({
    description: 'Earlier messages, as `conversations` gives them.',
    advanced: true,
    feedback: true,
  }),
  last_tool_output: z.unknown().optional().meta({
    description: 'The result of the last tool call in `conversation_history`. Only without iterations.',
    advanced: true,
    feedback: true,
  }),
  retry: z
    .int()
    .min(0)
    .default(3)
    .meta({ description: 'How often in a row the model may call tools incorrectly before the agent fails.', advanced: true }),
  ...answerPins,
  max_total_tokens: z.int().min(1).nullish().meta({
    description: 'The agent must answer once it has used this number of tokens. Without it, there is no limit.',
    advanced: true,
  }),
  max_usd: z.number().min(0).nullish().meta({
    description: 'The agent must answer once it has cost this amount, in US dollars. Needs a model whose price is known.',
    advanced: true,
  }),
  conversation_compaction: z.boolean().default(true).meta({
    description: 'Whether the model summarises the older part of a conversation that is too long.',
    advanced: true,
  }),
  context_tokens: z.int().min(1000).default(100_000).meta({
    description: 'From this length on, in tokens, older parts of the conversation are shortened.',
    advanced: true,
  }),
  ollama_host: ollamaHostPin,
  steps: list(stepSchema).meta({ description: 'The steps so far. Ashlar fills it.', hidden: true, steps: true }),
  node_tools: list(toolSchema).meta({ description: 'The linked tools. Ashlar fills it.', hidden: true, tools: true }),
})

export const agentOutput = z.object({
  tools: z.unknown().describe('Link it to the input pins that the agent may fill. Each linked node is a tool.'),
  finished: z.unknown().describe('The answer.'),
  conversations: z.unknown().describe('All messages, for `conversation_history`.'),
  step: z.unknown().meta({ description: 'The record of a step that is not the last one.', hidden: true, step: true }),
})

export type AgentInput = z.output<typeof agentInput>
