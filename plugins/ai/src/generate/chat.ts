import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  answerPins,
  messageSchema,
  MODEL_CAPABILITIES,
  MODEL_TIMEOUT_MS,
  modelPins,
  ollamaHostPin,
  parseMessages,
  retryPin,
  sentPin,
  TextModel,
} from '../model/index.ts'
import { answered, chat as chatApi, KEY } from '../testing/index.ts'

export const chat = defineBlock({
  id: '32a87eab-381e-4dd4-bdb8-4c47151be35a',
  name: 'chat',
  description: 'Continue a conversation with a language model.',
  category: 'AI',
  common: true,
  icon: 'messages-square',
  synonyms: ['llm', 'chatgpt', 'ai conversation', 'history', 'memory', 'assistant', 'chatbot', 'messages'],
  capabilities: MODEL_CAPABILITIES,
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    prompt: z.string().default('').meta({ title: 'Prompt', description: 'The next message of the user, if there is one.' }),
    messages: z.array(z.unknown()).meta({
      title: 'Messages',
      description: 'The conversation so far, oldest message first. A role is system, user or assistant.',
      examples: [[{ role: 'user', content: 'Hello' }]],
    }),
    ...modelPins,
    retry: retryPin,
    ...answerPins,
    ollama_host: ollamaHostPin,
  }),
  output: z.object({
    response: z.string().meta({ title: 'Response', description: 'The answer of the model.' }),
    messages: z
      .array(messageSchema)
      .meta({ title: 'Messages', description: 'The conversation with the answer, for the next turn.' }),
    prompt: sentPin,
  }),
  tests: [
    {
      input: { prompt: 'And now?', messages: [{ role: 'assistant', content: [{ type: 'text', text: 'Hello' }] }] },
      ...KEY,
      http: chatApi(answered('Now.')),
      output: [
        ['response', 'Now.'],
        [
          'messages',
          [
            { role: 'assistant', content: 'Hello' },
            { role: 'user', content: 'And now?' },
            { role: 'assistant', content: 'Now.' },
          ],
        ],
        [
          'prompt',
          [
            { role: 'assistant', content: 'Hello' },
            { role: 'user', content: 'And now?' },
          ],
        ],
      ],
    },
    {
      name: 'an unknown role',
      input: { messages: [{ role: 'robot', content: 'Hi' }] },
      output: [['error', 'messages[0].role must be system, user or assistant, got "robot"']],
    },
    {
      name: 'nothing to answer',
      input: { messages: [] },
      output: [['error', 'there is nothing to answer: set prompt, or add a message to messages']],
    },
  ],
  async *run({ prompt, messages, retry, ...input }, context) {
    const history = parseMessages('messages', messages)
    const sent = prompt.trim() === '' ? history : [...history, { role: 'user' as const, content: prompt }]
    if (sent.length === 0) throw new Error('there is nothing to answer: set prompt, or add a message to messages')
    const response = await new TextModel(input, context, { pin: 'response', attempts: retry }).answer(sent)
    yield ['response', response]
    yield ['messages', [...sent, { role: 'assistant', content: response }]]
    yield ['prompt', sent]
  },
})
