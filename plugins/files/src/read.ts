import { decodeText, defineBlock, parseJson } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin, readEncodingPin } from './pins.ts'
import { toText } from './text.ts'

export const read = defineBlock({
  id: '2a8f7c52-77f5-4a0b-8f5c-3d8f7c0d4f6e',
  name: 'read',
  description: 'Read a file of the execution.',
  category: 'FILES',
  icon: 'file-input',
  synonyms: ['open file', 'load file', 'read binary', 'base64', 'get file', 'file content'],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads and yields one value
  input: z.object({
    path: pathPin,
    as: z.enum(['text', 'base64', 'json']).default('text').describe('Format of the content.'),
    encoding: readEncodingPin,
  }),
  output: z.object({ content: z.unknown() }),
  tests: [
    { input: { path: 'f/a' }, files: { 'f/a': 'Straße' }, output: [['content', 'Straße']] },
    { input: { path: 'a', as: 'json' }, files: { a: '{"a":[1]}' }, output: [['content', { a: [1] }]] },
    {
      name: 'preserves every digit of an integer',
      input: { path: 'a', as: 'json' },
      files: { a: '[7615917337495251231]' },
      output: [['content', [7615917337495251231n]]],
    },
    { input: { path: 'a', as: 'base64' }, files: { a: { base64: '/wAB' } }, output: [['content', '/wAB']] },
    {
      name: 'a text in the encoding of the pin',
      input: { path: 'a', encoding: 'shift_jis' },
      files: { a: { base64: 'k/qWew==' } },
      output: [['content', '日本']],
    },
    {
      name: 'a JSON document in UTF-16 with a byte order mark',
      input: { path: 'a', as: 'json' },
      files: { a: { base64: '//4xAA==' } },
      output: [['content', 1]],
    },
    { input: { path: 'a', as: 'json' }, files: { a: '{' }, output: [['error', 'the file "a" is not JSON']] },
    { input: { path: 'a' }, output: [['error', 'files: the file "a" does not exist']] },
  ],
  async *run({ path, as, encoding }, context) {
    const bytes = await context.files.read(path)
    if (as === 'base64') return yield ['content', bytes.toBase64()]
    const text = toText(decodeText(bytes, { ...(encoding !== undefined && { encoding }) }), context)
    yield ['content', as === 'text' ? text : parseFile(path, text)]
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
