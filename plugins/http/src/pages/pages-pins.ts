import { z } from 'zod'
import { requestPins, retryPins } from '../exchange/index.ts'

const path = z.string().max(1000).default('')

export const pagesInput = z.object({
  url: requestPins.shape.url,
  headers: requestPins.shape.headers,
  query: requestPins.shape.query,
  by: z
    .enum(['number', 'cursor', 'link'])
    .default('number')
    .describe(
      'number: count pages or offsets until a page has no items. cursor: follow the cursor or the URL in each page. link: follow the Link header with rel="next".',
    ),
  items: path.describe('Where the items of a page are, such as "data.items". Empty if the page is a list.'),
  cursor: path.describe('Where the cursor or the URL of the next page is, such as "meta.next". Needed for "cursor".'),
  parameter: z
    .string()
    .max(200)
    .default('')
    .describe('Query parameter for the number or the cursor. By default "page" for a number and "cursor" for a cursor.'),
  first: z.int().default(1).meta({ description: 'The number of the first page, or 0 for an offset.', advanced: true }),
  step: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: 'What to add for each page, such as the size of a page for an offset.', advanced: true }),
  max_pages: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .meta({ description: 'The block fails if there are more pages, so that a list is never incomplete.', advanced: true }),
  ...retryPins,
})

export const pagesOutput = z.object({
  page: z.unknown().meta({ description: 'The response body of a page, from JSON.', many: true }),
  items: z.array(z.unknown()).meta({ description: 'The items of the page.', many: true }),
  index: z.int().meta({ description: 'The position of the page, from 0.', many: true }),
  done: z.int().meta({ description: 'The number of pages, once all steps for all pages have ended.', done: true }),
  caught: z.object({ message: z.string(), code: z.string(), nodeId: z.string(), index: z.int() }).meta({
    description: 'Each failure in the loop that no link at an error pin handles. The other pages continue.',
    caught: true,
  }),
})
