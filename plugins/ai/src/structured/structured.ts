import { BlockError, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  answerPins,
  MODEL_CAPABILITIES,
  MODEL_TIMEOUT_MS,
  modelPins,
  ollamaHostPin,
  parseMessages,
  promptValuesPin,
  retryPin,
  sentPin,
  systemPin,
  TextModel,
  toPrompt,
  type Message,
} from '../model/index.ts'
import { answered, chat, KEY } from '../testing/index.ts'
import { answerInForm, describeForm, formOfFields, inObject, toForm, type AnswerForm } from './json-answer.ts'

const person = { name: 'The full name', age: 'A whole number' }

export const structured = defineBlock({
  id: 'ed55ac19-356e-4243-a6cb-bc599e9b716f',
  name: 'structured',
  description:
    'Ask a language model, and receive its answer as an object with fields that you name, or as a list of such objects.',
  category: 'AI',
  icon: 'braces',
  synonyms: [
    'llm',
    'gpt',
    'json',
    'json schema',
    'structured output',
    'ai structured response generator',
    'output parser',
    'function calling',
    'typed answer',
  ],
  capabilities: MODEL_CAPABILITIES,
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    prompt: z.string().min(1).meta({
      title: 'Prompt',
      description: 'What the model answers. {{name}} is replaced by a prompt value.',
    }),
    expected_format: z
      .record(z.string(), z.string())
      .default({})
      .meta({
        title: 'Fields',
        description: 'The fields of the answer, each with a description for the model.',
        examples: [person],
      }),
    schema: z.record(z.string(), z.unknown()).optional().meta({
      title: 'JSON Schema',
      description: 'The form of the answer. It replaces the fields.',
      advanced: true,
    }),
    list_result: z.boolean().default(false).meta({ title: 'List', description: 'Whether the answer is a list of such objects.' }),
    ...modelPins,
    force_json_output: z.boolean().default(false).meta({
      title: 'Force JSON',
      description: 'Require JSON from the server also by its own means. Not all servers have them.',
      advanced: true,
    }),
    sys_prompt: systemPin,
    conversation_history: z.array(z.unknown()).default([]).meta({
      title: 'Messages',
      description: 'A conversation before the prompt.',
      advanced: true,
    }),
    retry: retryPin,
    prompt_values: promptValuesPin,
    ...answerPins,
    compress_prompt_to_fit: z.boolean().default(true).meta({
      title: 'Shorten',
      description: 'Leave out the middle of the longest message if the input is longer than the model accepts.',
      advanced: true,
    }),
    ollama_host: ollamaHostPin,
  }),
  output: z.object({
    response: z.unknown().meta({ title: 'Response', description: 'An object, or a list of objects.' }),
    prompt: sentPin,
  }),
  tests: [
    {
      input: { prompt: 'Who is it?', expected_format: person },
      ...KEY,
      http: chat(answered('```json\n{"name": "Ada", ', '"age": 36}\n```')),
      output: [
        ['response', { name: 'Ada', age: 36 }],
        ['prompt', (sent: unknown[]) => sent.length === 2],
      ],
    },
    {
      name: 'a list, after an answer that lacks a field',
      input: { prompt: 'Who?', expected_format: person, list_result: true },
      ...KEY,
      http: chat(answered('[{"name": "Ada"}]'), answered('[{"name": "Ada", "age": 36}]')),
      output: [
        ['response', [{ name: 'Ada', age: 36 }]],
        ['prompt', (sent: unknown[]) => sent.length === 2],
      ],
    },
    {
      name: 'never valid JSON',
      input: { prompt: 'Who?', expected_format: person, retry: 2 },
      ...KEY,
      http: chat(answered('I do not know.')),
      output: [
        [
          'error',
          'the model gave no valid answer in 2 attempts: it contains no JSON object or list. Its last answer: "I do not know."',
        ],
      ],
    },
    {
      name: 'a JSON Schema',
      input: {
        prompt: 'Who?',
        schema: { type: 'object', properties: { age: { type: 'integer', minimum: 0 } }, required: ['age'] },
        retry: 1,
      },
      ...KEY,
      http: chat(answered('{"age": -1}')),
      output: [['error', (message: string) => message.includes('"age" does not match the schema')]],
    },
    {
      name: 'no fields',
      input: { prompt: 'Who?' },
      output: [['error', 'name at least one field in expected_format, or set schema']],
    },
    {
      name: 'a list as JSON that the server guarantees',
      input: { prompt: 'Who?', expected_format: { name: '' }, list_result: true, force_json_output: true },
      ...KEY,
      http: chat(answered('{"list": [{"name": "Ada"}]}')),
      output: [
        ['response', [{ name: 'Ada' }]],
        ['prompt', (sent: unknown[]) => sent.length === 2],
      ],
    },
  ],
  async *run({ retry, compress_prompt_to_fit, ...input }, context) {
    const wanted = chooseForm(input)
    const isWrapped = input.force_json_output && wanted.schema['type'] === 'array'
    const form = isWrapped ? inObject(wanted) : wanted
    const system = `${input.sys_prompt}\n\n${describeForm(form)}`.trim()
    const [instructions, ...asked] = toPrompt(system, input.prompt, input.prompt_values)
    const history = parseMessages('conversation_history', input.conversation_history)
    const messages = [...(instructions ? [instructions] : []), ...history, ...asked]
    const responseFormat = input.force_json_output
      ? { responseFormat: { type: 'json' as const, schema: form.schema, name: 'answer' } }
      : {}
    const model = new TextModel(input, context, { attempts: retry, ...responseFormat })
    const ask = (sent: readonly Message[]): Promise<unknown> =>
      answerInForm(model, sent, form, { attempts: retry, log: context.log })
    const { sent, value } = await askFitting(messages, ask, compress_prompt_to_fit ? MAX_SHORTENED : 0)
    yield ['response', isWrapped ? (value as { list: unknown }).list : value]
    yield ['prompt', sent]
  },
})

function chooseForm({
  schema,
  expected_format,
  list_result,
}: {
  schema?: Record<string, unknown> | undefined
  expected_format: Record<string, string>
  list_result: boolean
}): AnswerForm {
  if (schema) return toForm(list_result ? { type: 'array', items: schema } : schema)
  if (Object.keys(expected_format).length > 0) return formOfFields(expected_format, list_result)
  throw new Error('name at least one field in expected_format, or set schema')
}

const MAX_SHORTENED = 6

/** Asks, and shortens the longest message while the input is longer than the model accepts. */
async function askFitting(
  messages: Message[],
  ask: (sent: readonly Message[]) => Promise<unknown>,
  maxShortened: number,
): Promise<{ sent: Message[]; value: unknown }> {
  let sent = messages
  for (let shortened = 0; ; shortened++) {
    try {
      return { sent, value: await ask(sent) }
    } catch (error) {
      const isTooLong = error instanceof BlockError && error.code === 'CONTEXT_TOO_LONG'
      if (!isTooLong || shortened >= maxShortened) throw error
      sent = withoutMiddle(sent)
    }
  }
}

/** Leaves out the middle half of the longest message. The instructions stay. */
function withoutMiddle(messages: readonly Message[]): Message[] {
  const longest = messages.reduce((index, { role, content }, i) => {
    return role !== 'system' && content.length > (messages[index]?.content.length ?? 0) ? i : index
  }, -1)
  return messages.map((message, i) => {
    if (i !== longest) return message
    const quarter = message.content.length >> 2
    return { ...message, content: `${message.content.slice(0, quarter)}\n[…]\n${message.content.slice(-quarter)}` }
  })
}
