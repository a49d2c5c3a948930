import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { markdownPin } from './pins.ts'
import { renderHtml } from './render.ts'

export const toHtml = defineBlock({
  id: '4057c922-dcc4-4a4c-a3b5-ae1edd0338a2',
  name: 'to-html',
  description: 'Convert Markdown to HTML.',
  category: 'TEXT',
  categories: ['WEB'],
  icon: 'file-code',
  synonyms: ['markdown to html', 'render markdown', 'marked', 'commonmark', 'md to html', 'convert markdown', 'email body'],
  input: z.object({
    markdown: markdownPin,
    allow_html: z
      .boolean()
      .default(false)
      .describe(
        'Keep HTML in the text. Set it only if you trust the text: HTML can contain code. Otherwise HTML is shown as text.',
      ),
    breaks: z.boolean().default(false).describe('Turn each line break in a paragraph into a line break of the page.'),
    heading_ids: z
      .boolean()
      .default(false)
      .describe('Give each heading an id, to which the block "markdown/table-of-contents" links.'),
  }),
  output: z.object({ html: z.string().describe('The HTML.') }),
  tests: [
    {
      input: { markdown: '# A\n\n*b* [c](https://c.example/ "t")\n\n- [x] d\n\n| e |\n| - |\n| f |' },
      output: [
        [
          'html',
          '<h1>A</h1>\n<p><em>b</em> <a href="https://c.example/" title="t">c</a></p>\n<ul>\n<li><input checked="" disabled="" type="checkbox"> d</li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>e</th>\n</tr>\n</thead>\n<tbody><tr>\n<td>f</td>\n</tr>\n</tbody></table>',
        ],
      ],
    },
    {
      name: 'shows HTML as text, and does not link to code',
      input: { markdown: '<script>x</script>\n\na <b>b</b> [c](javascript:alert%281%29) ![d](data:text/html,x)' },
      output: [['html', '&lt;script&gt;x&lt;/script&gt;<p>a &lt;b&gt;b&lt;/b&gt; c d</p>']],
    },
    { input: { markdown: 'a <b>b</b>\nc', allow_html: true, breaks: true }, output: [['html', '<p>a <b>b</b><br>c</p>']] },
    {
      input: { markdown: '## A & b\n\n## A & b', heading_ids: true },
      output: [['html', '<h2 id="a--b">A &amp; b</h2>\n<h2 id="a--b-1">A &amp; b</h2>']],
    },
    { input: { markdown: '' }, output: [['html', '']] },
  ],
  *run({ markdown, allow_html: allowHtml, breaks, heading_ids: headingIds }) {
    yield ['html', renderHtml(markdown, { allowHtml, breaks, headingIds })]
  },
})
