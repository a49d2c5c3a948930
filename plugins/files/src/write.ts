import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin } from './pins.ts'

export const write = defineBlock({
  id: 'fd0b03f7-6a6c-4f60-9f2f-5d1a7c7c43b1',
  name: 'write',
  description: 'Write a file of the execution, in place of the one that is there.',
  category: 'FILES',
  capabilities: { files: ['write'] },
  onCrash: 'retry', // a file is replaced as a whole: written twice it is there once
  input: z.object({
    path: pathPin,
    text: z.string().optional(),
    base64: z.string().optional().describe('Bytes, where text is left out.'),
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
    { input: { path: 'a' }, output: [['error', 'give text or base64, one of them']] },
    { input: { path: 'a', text: 'a', base64: 'YQ==' }, output: [['error', 'give text or base64, one of them']] },
    { input: { path: 'a', base64: 'not base64!' }, output: [['error', 'base64 is none']] },
    {
      input: { path: 'a/../b', text: '' },
      output: [['error', 'files: the path "a/../b" must not have the names "." and ".."']],
    },
  ],
  async *run({ path, text, base64 }, { files }) {
    if ((text === undefined) === (base64 === undefined)) throw new Error('give text or base64, one of them')
    const written = await files.write(path, text ?? fromBase64(base64 ?? ''))
    yield ['path', written.path]
    yield ['bytes', written.bytes]
  },
})

function fromBase64(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64)
  } catch (cause) {
    throw new Error('base64 is none', { cause })
  }
}
