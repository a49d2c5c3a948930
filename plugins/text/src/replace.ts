import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { literalExpression } from './characters.ts'

export const replace = defineBlock({
  id: '7e7c87ab-3469-4bcc-9abe-67705091b713',
  name: 'replace',
  description: 'Replace every occurrence of a text.',
  category: 'TEXT',
  common: true,
  icon: 'replace',
  synonyms: ['find and replace', 'substitute', 'search and replace', 'remove text', 'string replace', 'swap'],
  input: z.object({ text: z.string(), old: z.string(), new: z.string() }),
  output: z.object({ output: z.string() }),
  tests: [
    { input: { text: 'a-b-c', old: '-', new: '+' }, output: [['output', 'a+b+c']] },
    { input: { text: 'a', old: 'b', new: '$&' }, output: [['output', 'a']] },
    {
      name: 'an empty text matches between characters',
      input: { text: 'a😀', old: '', new: '-' },
      output: [['output', '-a-😀-']],
    },
    {
      name: 'does not match half of a surrogate pair',
      input: { text: '😀', old: '\ud83d', new: '' },
      output: [['output', '😀']],
    },
  ],
  *run({ text, old, new: replacement }) {
    yield ['output', text.replaceAll(literalExpression(old), () => replacement)]
  },
})
