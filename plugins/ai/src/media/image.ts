import { BlockError, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { callApi, capabilitiesFor, connect, MODEL_TIMEOUT_MS, readJson, reportUsage } from '../model/index.ts'
import { KEY } from '../testing/index.ts'

const answerSchema = z.object({
  data: z.array(z.object({ b64_json: z.string() })).min(1),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).partial().nullish(),
})

export const image = defineBlock({
  id: '9a5f1d3e-2b74-4e8c-8f06-d7c3b1e4a590',
  name: 'image',
  description: 'Create an image from a description, and store it as a file of the execution.',
  category: 'AI',
  categories: ['MEDIA'],
  icon: 'image-plus',
  synonyms: [
    'image generation',
    'dall-e',
    'dalle',
    'gpt-image',
    'stable diffusion',
    'picture',
    'draw',
    'illustration',
    'text to image',
  ],
  capabilities: { ...capabilitiesFor('openai-compatible'), files: ['write'] },
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    prompt: z.string().min(1).max(32_000).meta({ title: 'Prompt', description: 'What the image shows.' }),
    model: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .default('gpt-image-1')
      .meta({
        title: 'Model',
        description: 'The name of the image model. Any name is accepted.',
        examples: ['gpt-image-1', 'dall-e-3'],
      }),
    size: z
      .string()
      .regex(/^(auto|\d{2,5}x\d{2,5})$/)
      .optional()
      .meta({
        title: 'Size',
        description: 'Width and height in pixels, of those that the model offers.',
        examples: ['1024x1024', '1536x1024'],
      }),
    path: z
      .string()
      .min(1)
      .max(1024)
      .default('image.png')
      .meta({ title: 'Path', description: 'The path of the file in the execution.' }),
  }),
  output: z.object({ file: z.string().meta({ title: 'File', description: 'The path of the image.' }) }),
  tests: [
    {
      input: { prompt: 'A red dot' },
      ...KEY,
      http: { 'POST https://api.openai.com/v1/images/generations': { json: { data: [{ b64_json: 'iVBORw0KGgo=' }] } } },
      output: [['file', 'image.png']],
    },
    {
      name: 'a prompt that the service refuses',
      input: { prompt: 'x' },
      ...KEY,
      http: {
        'POST https://api.openai.com/v1/images/generations': {
          status: 400,
          json: { error: { message: 'Your request was rejected by the safety system.', code: 'moderation_blocked' } },
        },
      },
      output: [
        [
          'error',
          'model "gpt-image-1" of openai-compatible: the service refuses because of its content policy (400): Your request was rejected by the safety system.',
        ],
      ],
    },
  ],
  async *run({ prompt, model, size, path }, context) {
    const connection = await connect({ provider: 'openai-compatible', model }, context)
    const asked = { provider: connection.provider, model }
    // Newer models always answer with the image itself, and reject the parameter.
    const format = model.startsWith('dall-e') ? { response_format: 'b64_json' } : {}
    const body = JSON.stringify({ model, prompt, n: 1, ...(size !== undefined && { size }), ...format })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: context.signal }
    const answer = answerSchema.safeParse(await readJson(await callApi(connection, '/images/generations', init, asked), asked))
    const [created] = answer.data?.data ?? []
    if (!created) throw new BlockError('SERVICE_FAILED', `model ${JSON.stringify(model)}: the answer contains no image`)
    const { input_tokens: inputTokens = 0, output_tokens: outputTokens = 0 } = answer.data?.usage ?? {}
    reportUsage(context, asked, { inputTokens, outputTokens, cachedTokens: 0 }, {}, false)
    await context.files.write(path, Uint8Array.fromBase64(created.b64_json))
    yield ['file', path]
  },
})
