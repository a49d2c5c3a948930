import { BlockError, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { callApi, capabilitiesFor, connect, MODEL_TIMEOUT_MS, readJson, reportUsage } from '../model/index.ts'
import { KEY } from '../testing/index.ts'

const MAX_BYTES = 25 * 1024 * 1024

const answerSchema = z.object({
  text: z.string(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).partial().nullish(),
})

export const transcribe = defineBlock({
  id: '5c3b8e1f-7d42-4096-a1e8-2f9d6b4c0a73',
  name: 'transcribe',
  description: 'Convert speech in an audio file to text.',
  category: 'AI',
  categories: ['MEDIA'],
  icon: 'audio-lines',
  synonyms: [
    'speech to text',
    'whisper',
    'transcription',
    'audio',
    'voice',
    'dictation',
    'subtitles',
    'stt',
    'podcast',
    'meeting',
  ],
  capabilities: { ...capabilitiesFor('openai-compatible'), files: ['read'] },
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    file: z
      .string()
      .min(1)
      .max(1024)
      .meta({
        title: 'File',
        description: 'The path of the audio file in the execution, at most 25 MB.',
        examples: ['call.mp3'],
      }),
    model: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .default('gpt-4o-mini-transcribe')
      .meta({
        title: 'Model',
        description: 'The name of the model. Any name is accepted.',
        examples: ['gpt-4o-mini-transcribe', 'whisper-1'],
      }),
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/)
      .optional()
      .meta({
        title: 'Language',
        description: 'The language of the speech (ISO 639-1). By default the model detects it.',
        examples: ['en', 'de'],
      }),
  }),
  output: z.object({ text: z.string().meta({ title: 'Text', description: 'What is said.' }) }),
  tests: [
    {
      input: { file: 'call.mp3' },
      ...KEY,
      files: { 'call.mp3': 'sound' },
      http: { 'POST https://api.openai.com/v1/audio/transcriptions': { json: { text: 'Hello.' } } },
      output: [['text', 'Hello.']],
    },
    { name: 'no such file', input: { file: 'call.mp3' }, ...KEY, output: [['error', (message) => message.includes('call.mp3')]] },
  ],
  async *run({ file, model, language }, context) {
    const bytes = await context.files.read(file)
    if (bytes.length > MAX_BYTES)
      throw new Error(`file ${file} has ${bytes.length} bytes, and at most ${MAX_BYTES} can be transcribed: divide it`)
    const connection = await connect({ provider: 'openai-compatible', model }, context)
    const asked = { provider: connection.provider, model }
    const body = new FormData()
    body.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), file.split('/').at(-1) ?? file)
    body.set('model', model)
    body.set('response_format', 'json')
    if (language !== undefined) body.set('language', language)
    const response = await callApi(connection, '/audio/transcriptions', { method: 'POST', body, signal: context.signal }, asked)
    const { data } = answerSchema.safeParse(await readJson(response, asked))
    if (!data) throw new BlockError('SERVICE_FAILED', `model ${JSON.stringify(model)}: the answer contains no text`)
    const { input_tokens: inputTokens = 0, output_tokens: outputTokens = 0 } = data.usage ?? {}
    reportUsage(context, asked, { inputTokens, outputTokens, cachedTokens: 0 }, {}, false)
    yield ['text', data.text]
  },
})
