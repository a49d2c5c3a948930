import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin } from './pins.ts'
import { encodeText } from './text.ts'

export const write = defineBlock({
  id: 'fd0b03f7-6a6c-4f60-9f2f-5d1a7c7c43b1',
  name: 'write',
  description: 'Write a file of the execution. An existing file is replaced.',
  category: 'FILES',
  icon: 'file-output',
  synonyms: ['save file', 'create file', 'write to disk', 'export', 'text file', 'convert to file', 'file writer'],
  capabilities: { files: ['write'] },
  onCrash: 'retry', // a write replaces the whole file, so repeating it has the same result
  input: z.object({
    path: pathPin,
    text: z.string().optional(),
    base64: z.string().optional().describe('Content as bytes, instead of text.'),
    encoding: z
      .string()
      .max(50)
      .default('utf-8')
      .meta({
        description: 'Encoding of the text, a label such as "utf-8", "utf-16le", "windows-1252" or "shift_jis".',
        examples: ['windows-1252'],
        advanced: true,
      }),
    byte_order_mark: z.boolean().default(false).meta({
      description: 'Write a byte order mark before the text, which some spreadsheets need for UTF-8 and UTF-16.',
      advanced: true,
    }),
  }),
  output: z.object({ path: z.string(), bytes: z.int() }),
  tests: [
    {
      input: { path: 'a/b.txt', text: 'Straße' },
      output: [
        ['path', 'a/b.txt'],
        ['bytes', 7],
      ],
    },
    {
      input: { path: 'a.bin', base64: 'AAEC/w==' },
      output: [
        ['path', 'a.bin'],
        ['bytes', 4],
      ],
    },
    {
      input: { path: 'empty', text: '' },
      output: [
        ['path', 'empty'],
        ['bytes', 0],
      ],
    },
    {
      name: 'rejects a character that the encoding lacks',
      input: { path: 'a', text: 'é日', encoding: 'shift_jis' },
      output: [['error', 'the text has a character that the encoding shift_jis lacks; "utf-8" has all characters']],
    },
    {
      input: { path: 'a', text: '日本', encoding: 'shift_jis' },
      output: [
        ['path', 'a'],
        ['bytes', 4],
      ],
    },
    {
      input: { path: 'a', text: 'a', encoding: 'utf-16le', byte_order_mark: true },
      output: [
        ['path', 'a'],
        ['bytes', 4],
      ],
    },
    {
      input: { path: 'a', text: 'a', encoding: 'utf-9' },
      output: [['error', 'encoding must be a label of the Encoding standard, such as "utf-8" or "windows-1252", got "utf-9"']],
    },
    {
      name: 'rejects an unpaired surrogate',
      input: { path: 'a', text: '\ud83d' },
      output: [['error', 'the text has a character that the encoding utf-8 lacks: an unpaired surrogate']],
    },
    { input: { path: 'a' }, output: [['error', 'set either text or base64']] },
    { input: { path: 'a', text: 'a', base64: 'YQ==' }, output: [['error', 'set either text or base64']] },
    { input: { path: 'a', base64: 'not base64!' }, output: [['error', 'base64 must be valid base64']] },
    {
      input: { path: 'a/../b', text: '' },
      output: [['error', 'files: the path "a/../b" must not have the names "." and ".."']],
    },
  ],
  async *run({ path, text, base64, encoding, byte_order_mark }, { files }) {
    if ((text === undefined) === (base64 === undefined)) throw new Error('set either text or base64')
    const mark = byte_order_mark ? '\ufeff' : ''
    const written = await files.write(path, text === undefined ? fromBase64(base64 ?? '') : encodeText(mark + text, encoding))
    yield ['path', written.path]
    yield ['bytes', written.bytes]
  },
})

function fromBase64(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64)
  } catch (cause) {
    throw new Error('base64 must be valid base64', { cause })
  }
}
