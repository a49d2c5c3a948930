import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

const file = z.record(z.string(), z.unknown())

export const googleDriveFile = defineBlock({
  id: 'd3b32f15-6fd7-40e3-be52-e083f51b19a2',
  name: 'google-drive-file',
  description: 'Define an input of the graph: a file of Google Drive.',
  category: 'INPUT',
  icon: 'hard-drive',
  synonyms: ['google drive', 'drive file', 'google docs', 'file picker', 'agent google drive file input', 'gdrive'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(
    file
      .nullable()
      .default(null)
      .meta({
        title: 'File',
        description: 'The file as Google Drive describes it.',
        examples: [{ id: '1aB2', name: 'Report', mimeType: 'application/pdf' }],
      }),
  ).extend({
    allowed_views: z
      .array(z.string())
      .default(['DOCS', 'SPREADSHEETS', 'PRESENTATIONS'])
      .meta({ title: 'Views', description: 'The kinds of files that users may choose.' }),
    allow_folder_selection: z
      .boolean()
      .default(false)
      .meta({ title: 'Folders', description: 'Whether users may choose a folder.', advanced: true }),
  }),
  output: z.object({ result: file.meta({ title: 'File', description: 'The file.' }) }),
  tests: [
    { input: { name: 'x', value: { id: '1aB2', name: 'Report' } }, output: [['result', { id: '1aB2', name: 'Report' }]] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
