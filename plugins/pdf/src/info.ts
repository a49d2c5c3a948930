import { defineBlock } from '@ashlar/sdk'
import { getMeta } from 'unpdf'
import { z } from 'zod'
import { pdfPins, withPdf } from './open-pdf.ts'
import { SAMPLE } from './sample.ts'

export const info = defineBlock({
  id: '97b49e92-4382-4c87-b336-96613b62e207',
  name: 'info',
  description: 'Read the properties of a PDF document: title, author, dates and number of pages.',
  category: 'FILES',
  icon: 'file-badge',
  synonyms: ['pdf metadata', 'page count', 'pdf properties', 'document properties', 'author', 'pdf title', 'number of pages'],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads
  input: z.object(pdfPins),
  output: z.object({
    info: z
      .object({
        title: z.string().nullable(),
        author: z.string().nullable(),
        subject: z.string().nullable(),
        keywords: z.string().nullable(),
        creator: z.string().nullable(),
        producer: z.string().nullable(),
        created_at: z.string().nullable(),
        modified_at: z.string().nullable(),
      })
      .describe('Properties that the document lacks are null. Times are in ISO 8601.'),
    page_count: z.int().describe('Number of pages.'),
  }),
  tests: [
    {
      input: { base64: SAMPLE.plain },
      output: [
        [
          'info',
          {
            title: 'A title',
            author: 'Ada',
            subject: null,
            keywords: null,
            creator: null,
            producer: null,
            created_at: '2026-03-01T10:30:00.000Z',
            modified_at: null,
          },
        ],
        ['page_count', 2],
      ],
    },
    { input: { base64: 'aGVsbG8=' }, output: [['error', 'the file is not a PDF document']] },
  ],
  async *run(source, { files }) {
    yield* withPdf(
      source,
      (path) => files.read(path),
      async function* (pdf): AsyncGenerator<['info', Info] | ['page_count', number]> {
        const { info } = await getMeta(pdf)
        yield ['info', toInfo(info)]
        yield ['page_count', pdf.numPages]
      },
    )
  },
})

type Info = Record<
  'title' | 'author' | 'subject' | 'keywords' | 'creator' | 'producer' | 'created_at' | 'modified_at',
  string | null
>

function toInfo(info: Record<string, unknown>): Info {
  const read = (name: string): string | null => {
    const value = info[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    title: read('Title'),
    author: read('Author'),
    subject: read('Subject'),
    keywords: read('Keywords'),
    creator: read('Creator'),
    producer: read('Producer'),
    created_at: toTime(read('CreationDate')),
    modified_at: toTime(read('ModDate')),
  }
}

/** `D:20260301103000+01'00'`. Source: PDF 1.7, section 7.9.4. */
function toTime(text: string | null): string | null {
  const found = /^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d(?:'?\d\d)?)?/.exec(text ?? '')
  if (!found) return null
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', zone = 'Z'] = found
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace("'", '').padEnd(2, '0')}`
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
