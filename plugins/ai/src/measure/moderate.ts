import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { callApi, capabilitiesFor, connect, MODEL_TIMEOUT_MS, readJson, reportUsage } from '../model/index.ts'
import { KEY } from '../testing/index.ts'

const answerSchema = z.object({
  results: z.array(
    z.object({
      flagged: z.boolean(),
      categories: z.record(z.string(), z.boolean()),
      category_scores: z.record(z.string(), z.number()),
    }),
  ),
})

export const moderate = defineBlock({
  id: '4e8d2f7c-61b3-4c09-a5d4-9b0f3e6c1a78',
  name: 'moderate',
  description: 'Check whether a text is harmful, such as hate, violence or self-harm.',
  category: 'AI',
  icon: 'shield-alert',
  synonyms: ['moderation', 'content filter', 'toxicity', 'safety', 'abuse', 'nsfw', 'hate speech', 'guardrails', 'openai'],
  capabilities: capabilitiesFor('openai-compatible'),
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    text: z.string().min(1).meta({ title: 'Text', description: 'The text to check.' }),
    model: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .default('omni-moderation-latest')
      .meta({
        title: 'Model',
        description: 'The name of the moderation model. Any name is accepted.',
        examples: ['omni-moderation-latest'],
        advanced: true,
      }),
  }),
  output: z.object({
    result: z.boolean().meta({ title: 'Harmful', description: 'Whether the text is harmful.' }),
    list: z.array(z.string()).meta({ title: 'Categories', description: 'The categories of harm.' }),
    scores: z.record(z.string(), z.number()).meta({ title: 'Scores', description: 'The score of each category, from 0 to 1.' }),
  }),
  tests: [
    {
      input: { text: 'x' },
      ...KEY,
      http: {
        'POST https://api.openai.com/v1/moderations': {
          json: {
            results: [
              { flagged: true, categories: { hate: true, violence: false }, category_scores: { hate: 0.9, violence: 0.1 } },
            ],
          },
        },
      },
      output: [
        ['result', true],
        ['list', ['hate']],
        ['scores', { hate: 0.9, violence: 0.1 }],
      ],
    },
  ],
  async *run({ text, model }, context) {
    const connection = await connect({ provider: 'openai-compatible', model }, context)
    const asked = { provider: connection.provider, model }
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify({ model, input: text }), signal: context.signal }
    const answer = answerSchema.safeParse(await readJson(await callApi(connection, '/moderations', init, asked), asked))
    const [found] = answer.data?.results ?? []
    if (!found) throw new Error(`the server gave no result for the text: it may not offer moderation`)
    reportUsage(context, asked, undefined, {}, false)
    yield ['result', found.flagged]
    yield ['list', Object.keys(found.categories).filter((name) => found.categories[name])]
    yield ['scores', found.category_scores]
  },
})
