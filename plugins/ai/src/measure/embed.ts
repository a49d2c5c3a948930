import { BlockError, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  capabilitiesFor,
  connect,
  embeddingModel,
  MODEL_TIMEOUT_MS,
  modelPins,
  reportUsage,
  showModel,
  toModelError,
  toTokens,
  type Asked,
} from '../model/index.ts'
import { KEY } from '../testing/index.ts'

/** The texts of one request. */
const BATCH = 100

export const embed = defineBlock({
  id: '7b1e4c85-3f60-4a2d-9d17-c8e5f2a09b36',
  name: 'embed',
  description: 'Convert texts to vectors with an embedding model, so that similar texts have similar vectors.',
  category: 'AI',
  icon: 'waypoints',
  synonyms: ['embedding', 'embeddings', 'vector', 'semantic search', 'rag', 'similarity', 'vectorize', 'pinecone'],
  capabilities: capabilitiesFor('openai-compatible', 'google'),
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    list: z.array(z.string().min(1)).min(1).max(10_000).meta({ title: 'Texts', description: 'The texts to convert.' }),
    ...modelPins,
    model: modelPins.model.default('text-embedding-3-small').meta({
      title: 'Model',
      description: 'The name of the embedding model. Any name is accepted.',
      examples: ['text-embedding-3-small', 'text-embedding-3-large', 'gemini-embedding-001', 'nomic-embed-text'],
    }),
    provider: z.enum(['auto', 'openai-compatible', 'google']).default('auto').meta({
      title: 'Provider',
      description: 'Whose API offers the model. By default, names that start with gemini- belong to Google.',
      advanced: true,
    }),
  }),
  output: z.object({
    vectors: z.array(z.array(z.number())).meta({ title: 'Vectors', description: 'A vector for each text, in order.' }),
  }),
  tests: [
    {
      input: { list: ['a', 'b'] },
      ...KEY,
      http: {
        'POST https://api.openai.com/v1/embeddings': {
          json: {
            data: [
              { index: 0, embedding: [0.5, 1] },
              { index: 1, embedding: [1, 0] },
            ],
            usage: { prompt_tokens: 2, total_tokens: 2 },
          },
        },
      },
      output: [
        [
          'vectors',
          [
            [0.5, 1],
            [1, 0],
          ],
        ],
      ],
    },
  ],
  async *run({ list, ...input }, context) {
    const connection = await connect(input, context)
    const asked = { provider: connection.provider, model: input.model }
    const model = embeddingModel(connection, input.model)
    const vectors: number[][] = []
    for (let i = 0; i < list.length; i += BATCH) {
      try {
        const values = list.slice(i, i + BATCH)
        const { embeddings, usage, response } = await model.doEmbed({ values, abortSignal: context.signal })
        const tokens = toTokens(usage?.tokens)
        reportUsage(
          context,
          asked,
          tokens,
          { ...input, output_usd_per_million: input.output_usd_per_million ?? 0 },
          connection.isOwnServer,
        )
        vectors.push(...checkVectors(sortVectors(embeddings, response?.body), values.length, vectors[0], asked))
      } catch (error) {
        throw toModelError(error, asked)
      }
      context.progress(Math.min(1, (i + BATCH) / list.length))
    }
    yield ['vectors', vectors]
  },
})

/** The API of OpenAI numbers the vectors. A server may send them in another order. */
function sortVectors(vectors: number[][], body: unknown): number[][] {
  const { data } = Object(body) as { data?: unknown }
  const places = Array.isArray(data) ? data.map((each) => (Object(each) as { index?: unknown }).index) : []
  const order = vectors.map((_, i) => places.indexOf(i))
  return order.includes(-1) ? vectors : order.flatMap((at) => vectors.slice(at, at + 1))
}

/** @param first a vector of an earlier request @throws {BlockError} SERVICE_FAILED when they do not fit the texts */
function checkVectors(vectors: number[][], count: number, first: number[] | undefined, asked: Asked): number[][] {
  if (vectors.length !== count)
    throw new BlockError(
      'SERVICE_FAILED',
      `${showModel(asked)}: the answer must have a vector for each of ${count} texts, got ${vectors.length}`,
    )
  const length = (first ?? vectors[0])?.length
  const other = vectors.find((vector) => vector.length !== length)
  if (!other) return vectors
  throw new BlockError(
    'SERVICE_FAILED',
    `${showModel(asked)}: all vectors must have the same length, got ${length} and ${other.length} numbers`,
  )
}
