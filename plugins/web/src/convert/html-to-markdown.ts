import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { baseUrlPin, htmlPin, parseFragment } from '../document/index.ts'
import { toMarkdown } from './to-markdown.ts'

export const htmlToMarkdown = defineBlock({
  id: 'a6f32a7b-5086-4e05-bdb0-f18e0ffa247f',
  name: 'html-to-markdown',
  description: 'Convert HTML to Markdown.',
  category: 'WEB',
  common: true,
  categories: ['TEXT'],
  icon: 'file-down',
  synonyms: ['turndown', 'markdownify', 'html2text', 'html to md', 'convert html', 'page to prompt'],
  input: z.object({ html: htmlPin, base_url: baseUrlPin }),
  output: z.object({ markdown: z.string().describe('The Markdown text, in the dialect of GitHub.') }),
  tests: [
    {
      input: { html: '<h1>A</h1><p>b <strong>c</strong> <em>d</em></p><ul><li>e</li><li>f</li></ul>' },
      output: [['markdown', '# A\n\nb **c** *d*\n\n-   e\n-   f']],
    },
    {
      name: 'tables, code and absolute links',
      input: {
        html: '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table><pre><code class="language-js">x()\n</code></pre><a href="/y">y</a>',
        base_url: 'https://a.example/b/',
      },
      output: [['markdown', '| a   | b   |\n| --- | --- |\n| 1   | 2   |\n\n```js\nx()\n```\n\n[y](https://a.example/y)']],
    },
    {
      name: 'omits scripts and styles',
      input: { html: '<style>p{}</style><p>a</p><script>b</script>' },
      output: [['markdown', 'a']],
    },
    { input: { html: '' }, output: [['markdown', '']] },
  ],
  *run({ html, base_url: base }) {
    yield ['markdown', toMarkdown(parseFragment(html), base)]
  },
})
