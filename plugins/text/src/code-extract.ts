import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

/** Output pins in yield order, with the language names that fences use. */
const LANGUAGES = {
  html: ['html', 'htm'],
  css: ['css'],
  javascript: ['javascript', 'js'],
  python: ['python', 'py'],
  sql: ['sql'],
  java: ['java'],
  cpp: ['cpp', 'c++'],
  csharp: ['csharp', 'c#', 'cs'],
  json_code: ['json'],
  bash: ['bash', 'shell', 'sh'],
  php: ['php'],
  ruby: ['ruby', 'rb'],
  yaml: ['yaml', 'yml'],
  markdown: ['markdown', 'md'],
  typescript: ['typescript', 'ts'],
  xml: ['xml'],
} as const

type Language = keyof typeof LANGUAGES
const PINS = Object.keys(LANGUAGES) as Language[]

export const codeExtract = defineBlock({
  id: 'd3a7d896-3b78-4f44-8b4b-48fbf4f0bcd8',
  name: 'code-extract',
  description: 'Extract the fenced code of a Markdown text by language.',
  category: 'TEXT',
  icon: 'code',
  synonyms: ['code block', 'markdown code', 'snippet', 'parse code', 'extract code', 'json from llm answer'],
  input: z.object({ text: z.string().describe('Markdown, such as the response of a language model.') }),
  output: z.object({
    ...(Object.fromEntries(PINS.map((pin) => [pin, z.string()])) as Record<Language, z.ZodString>),
    remaining_text: z.string().describe('The text without the extracted code.'),
  }),
  tests: [
    {
      input: { text: 'Run\n```sh\nls\n```\nthen\n```PY\nprint(1)\n```\n\n```python\nprint(2)\n```\ndone' },
      output: [
        ['python', 'print(1)\n\nprint(2)'],
        ['bash', 'ls'],
        ['remaining_text', 'Run\n\nthen\n\ndone'],
      ],
    },
    { input: { text: '```json\n{}\n```' }, output: [['json_code', '{}']] },
    {
      name: 'keeps code of unknown languages',
      input: { text: '```cobol\nSTOP RUN.\n```' },
      output: [['remaining_text', '```cobol\nSTOP RUN.\n```']],
    },
  ],
  *run({ text }) {
    const found = new Map<Language, string[]>()
    const rest = text.replace(/```([\w+#]+)\s+([^]*?)```/g, (fence, name: string, code: string) => {
      const pin = PINS.find((language) => LANGUAGES[language].some((alias) => alias === name.toLowerCase()))
      if (!pin) return fence
      found.set(pin, [...(found.get(pin) ?? []), code.trim()])
      return ''
    })
    for (const pin of PINS) if (found.has(pin)) yield [pin, (found.get(pin) ?? []).join('\n\n')]
    const remaining = rest.replace(/\n\s*\n\s*\n/g, '\n\n').trim()
    if (remaining) yield ['remaining_text', remaining]
  },
})
