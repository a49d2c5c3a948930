import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { writeXmlText } from './xml-writer.ts'

export const writeXml = defineBlock({
  id: '0e1c440a-2391-494f-8ad1-5a871a773155',
  name: 'write-xml',
  description: 'Write nested dictionaries as XML text, which the block parse-xml can read.',
  category: 'DATA',
  icon: 'code-xml',
  synonyms: ['json to xml', 'to xml', 'export xml', 'create xml', 'soap', 'xml builder', 'serialize', 'convert to xml'],
  input: z.object({
    data: z.unknown().meta({
      title: 'Data',
      description:
        'Elements by name: a text, a list for an element that repeats, or a dictionary with attributes as @name and text as #text.',
      examples: [{ order: { '@id': '7', item: ['tea', 'ink'] } }],
    }),
    root: z
      .string()
      .default('')
      .meta({
        title: 'Root',
        description: 'Name of an element around the data. Needed unless the data has exactly one element.',
        examples: ['orders'],
      }),
    item: z
      .string()
      .default('item')
      .meta({ title: 'Item', description: 'Name of the elements of a list without a name.', advanced: true }),
    indent: z
      .int()
      .min(0)
      .max(8)
      .default(0)
      .meta({ title: 'Indent', description: 'Number of spaces for each level. 0 writes one line.' }),
    declaration: z
      .boolean()
      .default(true)
      .meta({ title: 'Declaration', description: 'Start with <?xml version="1.0" encoding="UTF-8"?>.' }),
  }),
  output: z.object({ xml: z.string() }),
  tests: [
    {
      input: { data: { a: { '@id': 1, b: ['1', '<2> & "3"'], c: { '@x': 'q"', '#text': 'z' }, d: null } } },
      output: [
        ['xml', '<?xml version="1.0" encoding="UTF-8"?><a id="1"><b>1</b><b>&lt;2&gt; &amp; "3"</b><c x="q&quot;">z</c><d/></a>'],
      ],
    },
    {
      name: 'writes rows as elements',
      input: { data: [{ n: 'Ada', born: 1815 }, true], root: 'people', item: 'person', indent: 2, declaration: false },
      output: [
        ['xml', '<people>\n  <person>\n    <n>Ada</n>\n    <born>1815</born>\n  </person>\n  <person>true</person>\n</people>'],
      ],
    },
    {
      input: { data: { a: 1, b: 2 } },
      output: [['error', 'data must have exactly one element, got 2; name an element around them with the pin root']],
    },
    {
      input: { data: { 'a b': 1 } },
      output: [['error', '"a b" is not a name in XML: a name starts with a letter or _ and has no spaces']],
    },
    {
      input: { data: { a: '\u0001' } },
      output: [['error', 'the text of the element "a" has the character U+0001, which XML does not allow']],
    },
    {
      input: { data: { a: { '@b': [1] } } },
      output: [['error', 'the attribute "b" of the element "a" must be a text, a number or a boolean, got [1]']],
    },
  ],
  *run({ data, root, ...options }) {
    yield ['xml', writeXmlText(data, root, options)]
  },
})
