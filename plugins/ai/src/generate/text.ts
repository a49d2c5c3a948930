import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  answerPins,
  MODEL_CAPABILITIES,
  MODEL_TIMEOUT_MS,
  modelPins,
  ollamaHostPin,
  promptValuesPin,
  retryPin,
  sentPin,
  systemPin,
  TextModel,
  toPrompt,
} from '../model/index.ts'
import { answered, chat, KEY, WRONG_KEY } from '../testing/index.ts'

export const text = defineBlock({
  id: '1f292d4a-41a4-4977-9684-7c8d560b9f91',
  name: 'text',
  description: 'Ask a language model, and receive its answer as text.',
  category: 'AI',
  common: true,
  icon: 'message-square-text',
  synonyms: [
    'llm',
    'gpt',
    'chatgpt',
    'openai',
    'claude',
    'anthropic',
    'gemini',
    'ollama',
    'mistral',
    'deepseek',
    'ai text generator',
    'completion',
    'generate text',
    'write',
    'basic llm chain',
    'message a model',
    'artificial intelligence',
    'groq',
    'openrouter',
    'lm studio',
  ],
  capabilities: MODEL_CAPABILITIES,
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    prompt: z
      .string()
      .min(1)
      .meta({
        title: 'Prompt',
        description: 'What the model answers. {{name}} is replaced by a prompt value.',
        examples: ['Write a haiku about {{topic}}.'],
      }),
    ...modelPins,
    sys_prompt: systemPin,
    retry: retryPin,
    prompt_values: promptValuesPin,
    ...answerPins,
    ollama_host: ollamaHostPin,
  }),
  output: z.object({
    response: z.string().meta({ title: 'Response', description: 'The answer of the model.' }),
    prompt: sentPin,
  }),
  tests: [
    {
      input: { prompt: 'Greet {{name}}.', prompt_values: { name: 'Ada' }, sys_prompt: 'Be short.' },
      ...KEY,
      http: chat(answered('Hello ', 'Ada!')),
      output: [
        ['response', 'Hello Ada!'],
        [
          'prompt',
          [
            { role: 'system', content: 'Be short.' },
            { role: 'user', content: 'Greet Ada.' },
          ],
        ],
      ],
    },
    WRONG_KEY,
    {
      name: 'no credential',
      input: { prompt: 'Hi' },
      output: [['error', 'the block needs a credential for ai/openai-compatible, but the fakes have none']],
    },
    {
      name: 'an answer without text',
      input: { prompt: 'Hi', model: 'gpt-x' },
      ...KEY,
      http: chat(answered(' ')),
      output: [['error', 'model "gpt-x" of openai-compatible: the answer has no text']],
    },
  ],
  async *run({ prompt, sys_prompt, prompt_values, retry, ...input }, context) {
    const messages = toPrompt(sys_prompt, prompt, prompt_values)
    const model = new TextModel(input, context, { pin: 'response', attempts: retry })
    yield ['response', await model.answer(messages)]
    yield ['prompt', messages]
  },
})
