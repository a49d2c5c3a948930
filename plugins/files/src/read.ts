import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin } from './pins.ts'

export const read = defineBlock({
  id: '2a8f7c52-77f5-4a0b-8f5c-3d8f7c0d4f6e',
  name: 'read',
  description: 'Read a file of the execution.',
  category: 'FILES',
  capabilities: { files: ['read'] },
  onCrash: 'retry', // it only reads, and gives one value
  input: z.object({
    path: pathPin,
    as: z.enum(['text', 'base64', 'json']).default('text').describe('What its bytes are made into; text and JSON are in UTF-8.'),
  }),
  output: z.object({ content: z.unknown() }),
  tests: [
    { input: { path: 'f/a' }, files: { 'f/a': 'Straße' }, output: [['content', 'Straße']] },
    { input: { path: 'a', as: 'json' }, files: { a: '{"a":[1]}' }, output: [['content', { a: [1] }]] },
    { input: { path: 'a', as: 'base64' }, files: { a: { base64: '/wAB' } }, output: [['content', '/wAB']] },
    { input: { path: 'a', as: 'json' }, files: { a: '{' }, output: [['error', 'the file "a" is not JSON']] },
    { input: { path: 'a' }, output: [['error', 'files: there is no file "a"']] },
  ],
  async *run({ path, as }, { files }) {
    if (as === 'base64') yield ['content', (await files.read(path)).toBase64()]
    else if (as === 'text') yield ['content', await files.readText(path)]
    else yield ['content', parseJson(path, await files.readText(path))]
  },
})

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`the file ${JSON.stringify(path)} is not JSON`, { cause })
  }
}
