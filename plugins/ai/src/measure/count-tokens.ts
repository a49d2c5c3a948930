import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { estimateTokens } from './estimate-tokens.ts'

export const countTokens = defineBlock({
  id: '2d9c6a4e-8f13-47b5-b0e2-6c5d1f7a3e89',
  name: 'count-tokens',
  description: 'Estimate how many tokens a text has for a language model, and divide it where it exceeds a maximum.',
  category: 'AI',
  icon: 'ruler',
  synonyms: ['token count', 'tokenizer', 'tiktoken', 'context length', 'prompt size', 'llm', 'gpt', 'truncate', 'limit tokens'],
  input: z.object({
    text: z.string().meta({ title: 'Text', description: 'The text.' }),
    max_tokens: z.int().min(1).optional().meta({
      title: 'Maximum',
      description: 'The maximum number of tokens of the shortened text.',
      advanced: true,
    }),
  }),
  output: z.object({
    count: z.int().meta({
      title: 'Tokens',
      description: 'The estimate. Each model counts differently: for many languages it is within 20 %.',
    }),
    text: z.string().meta({ title: 'Text', description: 'The text, shortened at its end to the maximum.' }),
  }),
  tests: [
    {
      input: { text: 'The quick brown fox jumps over the lazy dog.' },
      output: [
        ['count', 10],
        ['text', 'The quick brown fox jumps over the lazy dog.'],
      ],
    },
    {
      input: { text: '' },
      output: [
        ['count', 0],
        ['text', ''],
      ],
    },
    {
      input: { text: '東京 2026', max_tokens: 2 },
      output: [
        ['count', 3],
        ['text', '東京 202'],
      ],
    },
  ],
  *run({ text, max_tokens }) {
    const count = estimateTokens(text)
    yield ['count', count]
    yield ['text', max_tokens === undefined || count <= max_tokens ? text : shorten(text, max_tokens)]
  },
})

/** Finds the longest beginning with at most this many tokens. */
function shorten(text: string, maxTokens: number): string {
  let [fits, exceeds] = [0, text.length]
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >> 1
    if (estimateTokens(text.slice(0, middle)) <= maxTokens) fits = middle
    else exceeds = middle
  }
  // A character of two code units is not divided.
  return text
    .slice(0, fits)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
}
