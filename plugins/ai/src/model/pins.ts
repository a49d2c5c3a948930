import { z } from 'zod'

/** A block that uses a model runs for at most this time. One request takes at most five minutes. */
export const MODEL_TIMEOUT_MS = 900_000

const MODELS = ['gpt-5-mini', 'gpt-5', 'gpt-4.1-mini', 'claude-sonnet-4-5', 'claude-haiku-4-5', 'gemini-2.5-flash', 'llama3.2']

const price = z.number().min(0).max(1_000_000).optional()

/** The pins that select a model. */
export const modelPins = {
  model: z.string().trim().min(1).max(200).default('gpt-5-mini').meta({
    title: 'Model',
    description: 'The name of the model, as its provider writes it. Any name is accepted.',
    examples: MODELS,
  }),
  provider: z.enum(['auto', 'openai-compatible', 'anthropic', 'google']).default('auto').meta({
    title: 'Provider',
    description:
      'Whose API offers the model. By default, names that start with claude- belong to Anthropic, those with gemini- to Google, and all others to OpenAI or the compatible server of your credential.',
    advanced: true,
  }),
  input_usd_per_million: price.meta({
    title: 'Price of input',
    description: 'US dollars for a million input tokens. By default the list price of a known model.',
    advanced: true,
  }),
  output_usd_per_million: price.meta({
    title: 'Price of output',
    description: 'US dollars for a million output tokens. By default the list price of a known model.',
    advanced: true,
  }),
}

/** The pins that limit an answer. */
export const answerPins = {
  max_tokens: z.int().min(1).max(1_000_000).nullish().meta({
    title: 'Maximum tokens',
    description: 'The maximum length of an answer, in tokens. By default the model decides.',
    advanced: true,
  }),
  temperature: z.number().min(0).max(2).nullish().meta({
    description: 'From 0, the most likely answer, to 2, a varied one. By default the model decides. Some models have none.',
    advanced: true,
  }),
}

export const systemPin = z.string().default('').meta({
  title: 'Instructions',
  description: 'What the model must always follow, such as its role or the form of the answer.',
})

export const promptValuesPin = z.record(z.string(), z.unknown()).default({}).meta({
  title: 'Prompt values',
  description: 'Values for {{name}} in the prompt and the instructions.',
})

export const retryPin = z.int().min(1).max(10).default(3).meta({
  title: 'Attempts',
  description: 'The maximum number of requests. A busy server, a failed connection or an invalid answer leads to another one.',
  advanced: true,
})

/** Only imported graphs have it. */
export const ollamaHostPin = z.string().optional().meta({
  description: 'Not used. Add a credential with the base URL of your server instead, such as http://127.0.0.1:11434/v1.',
  hidden: true,
})

export const messageSchema = z.object({ role: z.string(), content: z.unknown() })

/** The messages that were sent. */
export const sentPin = z.array(messageSchema).meta({ title: 'Messages', description: 'The messages that the model received.' })

export type ModelInput = z.output<z.ZodObject<typeof modelPins>>
export type AnswerInput = z.output<z.ZodObject<typeof answerPins>>
