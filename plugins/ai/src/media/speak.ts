import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { callApi, capabilitiesFor, connect, MODEL_TIMEOUT_MS, reportUsage } from '../model/index.ts'
import { KEY } from '../testing/index.ts'

export const speak = defineBlock({
  id: '8e2a7c5d-4b91-4f3e-9c60-1d8f5a3b7e24',
  name: 'speak',
  description: 'Convert a text to speech, and store it as an audio file of the execution.',
  category: 'AI',
  categories: ['MEDIA'],
  icon: 'volume-2',
  synonyms: ['text to speech', 'tts', 'voice', 'audio', 'read aloud', 'elevenlabs', 'narration', 'mp3', 'speech synthesis'],
  capabilities: { ...capabilitiesFor('openai-compatible'), files: ['write'] },
  timeoutMs: MODEL_TIMEOUT_MS,
  input: z.object({
    text: z.string().min(1).meta({ title: 'Text', description: 'The text to speak. OpenAI accepts at most 4096 characters.' }),
    model: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .default('gpt-4o-mini-tts')
      .meta({
        title: 'Model',
        description: 'The name of the model. Any name is accepted.',
        examples: ['gpt-4o-mini-tts', 'tts-1'],
      }),
    voice: z
      .string()
      .min(1)
      .max(100)
      .default('alloy')
      .meta({ title: 'Voice', description: 'A voice of the model.', examples: ['alloy', 'nova', 'onyx'] }),
    format: z
      .enum(['mp3', 'wav', 'opus', 'aac', 'flac'])
      .default('mp3')
      .meta({ title: 'Format', description: 'The format of the file.' }),
    path: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .meta({ title: 'Path', description: 'The path of the file in the execution. By default speech.mp3, or another format.' }),
  }),
  output: z.object({ file: z.string().meta({ title: 'File', description: 'The path of the audio file.' }) }),
  tests: [
    {
      input: { text: 'Hello' },
      ...KEY,
      http: { 'POST https://api.openai.com/v1/audio/speech': { headers: { 'content-type': 'audio/mpeg' }, base64: 'SUQz' } },
      output: [['file', 'speech.mp3']],
    },
  ],
  async *run({ text, model, voice, format, path = `speech.${format}` }, context) {
    const connection = await connect({ provider: 'openai-compatible', model }, context)
    const asked = { provider: connection.provider, model }
    const body = JSON.stringify({ model, input: text, voice, response_format: format })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: context.signal }
    const response = await callApi(connection, '/audio/speech', init, asked)
    await context.files.write(path, new Uint8Array(await response.arrayBuffer()))
    reportUsage(context, asked, undefined, {}, false)
    yield ['file', path]
  },
})
