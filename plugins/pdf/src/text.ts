import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pdfPins, withPdf } from './open-pdf.ts'
import { readPage } from './read-page.ts'
import { SAMPLE } from './sample.ts'

const MAX_PAGES = 5000

export const text = defineBlock({
  id: 'fa1c8c83-399d-497b-996a-13e28449d7ad',
  name: 'text',
  description: 'Read the text of a PDF document, page by page.',
  category: 'FILES',
  common: true,
  categories: ['TEXT'],
  icon: 'file-text',
  synonyms: [
    'pdf to text',
    'read pdf',
    'extract text',
    'extract from file',
    'parse pdf',
    'pdf parser',
    'document',
    'invoice',
    'pages',
  ],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads
  timeoutMs: 300_000,
  input: z.object({
    ...pdfPins,
    from: z.int().min(1).default(1).meta({ title: 'First page', description: 'Number of the first page to read, from 1.' }),
    to: z
      .int()
      .min(1)
      .optional()
      .meta({ title: 'Last page', description: 'Number of the last page to read. By default the last one of the document.' }),
  }),
  output: z.object({
    text: z.string().describe('The text of the pages, with an empty line between them.'),
    pages: z.array(z.string()).describe('The text of each page. A page that contains only images has no text.'),
    page_count: z.int().describe('Number of pages of the document.'),
  }),
  tests: [
    {
      input: { base64: SAMPLE.plain },
      output: [
        ['text', 'Hello PDF\nSecond line\n\nCafé'],
        ['pages', ['Hello PDF\nSecond line', 'Café']],
        ['page_count', 2],
      ],
    },
    {
      input: { file: 'a.pdf', from: 2, to: 9, password: 'secret' },
      files: { 'a.pdf': { base64: SAMPLE.encrypted } },
      output: [
        ['text', 'Café'],
        ['pages', ['Café']],
        ['page_count', 2],
      ],
    },
    { input: { base64: SAMPLE.encrypted }, output: [['error', 'the document is protected; set the pin password']] },
    { input: { base64: SAMPLE.encrypted, password: 'x' }, output: [['error', 'the password of the document is not correct']] },
    { input: { base64: 'aGVsbG8=' }, output: [['error', 'the file is not a PDF document']] },
    {
      input: { base64: 'JVBERi0xLjQKbm90aGluZw==' },
      output: [['error', (message: string) => message.startsWith('the file is not a valid PDF document: ')]],
    },
    { input: { base64: SAMPLE.plain, from: 3 }, output: [['error', 'the document has 2 pages; from is 3']] },
    { input: { file: 'b.pdf' }, output: [['error', 'files: the file "b.pdf" does not exist']] },
    { input: {}, output: [['error', 'set either file or base64']] },
    {
      name: 'a last page before the first one',
      input: { base64: SAMPLE.plain, from: 2, to: 1 },
      output: [['error', 'to must not be less than from, which is 2, got 1']],
    },
  ],
  async *run({ from, to, ...source }, { files, progress }) {
    yield* withPdf(
      source,
      (path) => files.read(path),
      async function* (pdf): AsyncGenerator<['text', string] | ['pages', string[]] | ['page_count', number]> {
        if (from > pdf.numPages) throw new Error(`the document has ${pdf.numPages} pages; from is ${from}`)
        if (to !== undefined && to < from) throw new Error(`to must not be less than from, which is ${from}, got ${to}`)
        const last = Math.min(to ?? pdf.numPages, pdf.numPages)
        if (last - from >= MAX_PAGES)
          throw new Error(`the document has ${pdf.numPages} pages; read at most ${MAX_PAGES} at a time with from and to`)
        const pages: string[] = []
        for (let number = from; number <= last; number++) {
          pages.push(await readPage(await pdf.getPage(number)))
          progress((number - from + 1) / (last - from + 1), `page ${number} of ${last}`)
        }
        yield ['text', pages.join('\n\n')]
        yield ['pages', pages]
        yield ['page_count', pdf.numPages]
      },
    )
  },
})
