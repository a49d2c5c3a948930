import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { literalExpression } from './characters.ts'

export const split = defineBlock({
  id: 'd5ea33c8-a575-477a-b42f-2fe3be5055ec',
  name: 'split',
  description: 'Split a text into a list of texts.',
  category: 'TEXT',
  common: true,
  icon: 'scissors',
  synonyms: [
    'explode',
    'tokenize',
    'separate',
    'string to list',
    'text to list',
    'split lines',
    'delimiter',
    'comma',
    'text splitter',
    'chunk',
  ],
  input: z.object({
    text: z.string(),
    delimiter: z.string().describe('Separator of the parts. The parts do not contain it.'),
    strip: z.boolean().default(true).describe('Remove white space around each part.'),
  }),
  output: z.object({ texts: z.array(z.string()) }),
  tests: [
    { input: { text: 'a, b,,c', delimiter: ',' }, output: [['texts', ['a', 'b', '', 'c']]] },
    { input: { text: 'a, b', delimiter: ',', strip: false }, output: [['texts', ['a', ' b']]] },
    { name: 'an empty text has no parts', input: { text: '', delimiter: ',' }, output: [['texts', []]] },
    {
      name: 'does not split a surrogate pair',
      input: { text: 'a😀b', delimiter: '\ud83d' },
      output: [['texts', ['a😀b']]],
    },
    { input: { text: 'a', delimiter: '' }, output: [['error', 'delimiter must not be empty']] },
  ],
  *run({ text, delimiter, strip }) {
    if (text === '') return yield ['texts', []]
    if (delimiter === '') throw new Error('delimiter must not be empty')
    const parts = text.split(literalExpression(delimiter))
    yield ['texts', strip ? parts.map((part) => part.trim()) : parts]
  },
})
