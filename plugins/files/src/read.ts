import { defineBlock, parseJson } from '@ashlar/sdk'
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
    {
      name: 'keeps every digit of an integer',
      input: { path: 'a', as: 'json' },
      files: { a: '[7615917337495251231]' },
      output: [['content', [7615917337495251231n]]],
    },
    { input: { path: 'a', as: 'base64' }, files: { a: { base64: '/wAB' } }, output: [['content', '/wAB']] },
    { input: { path: 'a', as: 'json' }, files: { a: '{' }, output: [['error', 'the file "a" is not JSON']] },
    { input: { path: 'a' }, output: [['error', 'files: there is no file "a"']] },
  ],
  async *run({ path, as }, { files }) {
    if (as === 'base64') yield ['content', (await files.read(path)).toBase64()]
    else if (as === 'text') yield ['content', await files.readText(path)]
    else yield ['content', parseFile(path, await files.readText(path))]
  },
})

function parseFile(path: string, text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const why = cause instanceof RangeError ? `: ${cause.message}` : ''
    throw new Error(`the file ${JSON.stringify(path)} is not JSON${why}`, { cause })
  }
}
