import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const list = defineBlock({
  id: '9c7e3f41-1d0b-4c56-8a53-0f6f3f1e8b27',
  name: 'list',
  description: 'List the files of the execution or of one of its folders.',
  category: 'FILES',
  icon: 'folder-open',
  synonyms: ['directory', 'folder', 'ls', 'dir', 'find files', 'glob', 'browse'],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    folder: z
      .string()
      .max(1024)
      .default('')
      .meta({ description: 'Folder to list, including subfolders. Empty for all files.', examples: ['reports'] }),
  }),
  output: z.object({
    paths: z.array(z.string()).describe('Paths in code point order.'),
    files: z.array(z.object({ path: z.string(), bytes: z.int(), modified_at: z.string() })).describe('Times in ISO 8601.'),
  }),
  tests: [
    {
      input: { folder: 'f' },
      files: { 'f/b': 'bytes', 'f/a/c': '', g: '' },
      output: [
        ['paths', ['f/a/c', 'f/b']],
        [
          'files',
          [
            { path: 'f/a/c', bytes: 0, modified_at: '1970-01-01T00:00:00.000Z' },
            { path: 'f/b', bytes: 5, modified_at: '1970-01-01T00:00:00.000Z' },
          ],
        ],
      ],
    },
    {
      input: {},
      output: [
        ['paths', []],
        ['files', []],
      ],
    },
  ],
  async *run({ folder }, { files }) {
    const found = await files.list(folder)
    yield ['paths', found.map(({ path }) => path)]
    yield ['files', found.map(({ path, bytes, modifiedAt }) => ({ path, bytes, modified_at: modifiedAt.toISOString() }))]
  },
})
