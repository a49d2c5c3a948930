import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { htmlPin, parseFragment, toText } from '../document/index.ts'

export const htmlToText = defineBlock({
  id: '01605d68-a071-49ba-bead-95c613f8040d',
  name: 'html-to-text',
  description: 'Convert HTML to plain text.',
  category: 'WEB',
  common: true,
  categories: ['TEXT'],
  icon: 'file-type',
  synonyms: ['strip tags', 'remove html', 'striptags', 'html2text', 'plain text', 'strip html', 'inner text'],
  input: z.object({
    html: htmlPin,
    links: z.boolean().default(false).describe('Add the address after the text of each link.'),
  }),
  output: z.object({ text: z.string().describe('The text, with line breaks between blocks.') }),
  tests: [
    {
      input: { html: '<h1>A &amp; b</h1><p>One\n  line<br>two</p><ul><li>x<li>y</ul><script>no()</script>' },
      output: [['text', 'A & b\n\nOne line\ntwo\n\n- x\n- y']],
    },
    {
      input: { html: '<p>See <a href="https://a.example/">this</a>.</p>', links: true },
      output: [['text', 'See this (https://a.example/).']],
    },
    {
      input: { html: '<pre>a\n  b</pre><table><tr><td>1<td>2<tr><td>3<td>4</table>' },
      output: [['text', 'a\n  b\n\n1\t2\n3\t4']],
    },
    { input: { html: 'no tags' }, output: [['text', 'no tags']] },
    {
      name: 'a list in a list',
      input: { html: '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><p>d</p>' },
      output: [['text', '- a\n  - b\n- c\n\nd']],
    },
  ],
  *run({ html, links }) {
    yield ['text', toText(parseFragment(html), links)]
  },
})
