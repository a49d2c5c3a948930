import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listEntries } from './open-zip.ts'
import { archivePin, readArchive } from './pins.ts'
import { SAMPLE } from './sample.ts'

export const list = defineBlock({
  id: '84bbf4b3-1a06-4e9f-b03e-069e315f44bc',
  name: 'list',
  description: 'List the contents of a zip archive.',
  category: 'FILES',
  icon: 'folder-archive',
  synonyms: ['zip contents', 'read zip', 'archive entries', 'zip directory', 'inspect archive', 'files in zip'],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads
  input: z.object({ file: archivePin }),
  output: z.object({
    rows: z
      .array(z.object({ name: z.string(), bytes: z.int(), packed_bytes: z.int() }))
      .describe('The files of the archive and their sizes.'),
    count: z.int().describe('Number of files.'),
  }),
  tests: [
    {
      input: { file: 'a.zip' },
      files: { 'a.zip': { base64: SAMPLE.plain } },
      output: [
        [
          'rows',
          [
            { name: 'a.txt', bytes: 5, packed_bytes: 5 },
            { name: 'f/b.txt', bytes: 300, packed_bytes: 6 },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: { file: 'a.zip' },
      files: { 'a.zip': 'no archive' },
      output: [['error', (message: string) => message.startsWith('the file is not a valid zip archive')]],
    },
    { input: { file: 'b.zip' }, output: [['error', 'files: the file "b.zip" does not exist']] },
  ],
  async *run({ file }, { files }) {
    const entries = listEntries(await readArchive(file, (path) => files.read(path))).filter(({ name }) => !name.endsWith('/'))
    yield ['rows', entries]
    yield ['count', entries.length]
  },
})
