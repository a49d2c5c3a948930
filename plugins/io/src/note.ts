import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const note = defineBlock({
  id: 'cc10ff7b-7753-4ff2-9af6-9399b1a7eddc',
  name: 'note',
  description: 'Add a remark for readers of the graph.',
  category: 'NOTE',
  icon: 'sticky-note',
  synonyms: ['comment', 'sticky note', 'annotation', 'documentation', 'description', 'remark'],
  kind: 'note',
  input: z.object({ text: z.string() }),
  output: z.object({ output: z.string() }),
  tests: [
    { input: { text: 'Why this is so' }, output: [['output', 'Why this is so']] },
    { input: { text: '' }, output: [['output', '']] },
  ],
  *run({ text }) {
    yield ['output', text]
  },
})
