import { canonicalJson, decodeText, defineBlock, fromInput, type BlockContext } from '@ashlar/sdk'
import { withRetries } from '@ashlar/sdk/rest'
import type { z } from 'zod'
import { MAX_RESPONSE_BYTES, parseBody, receive, toPolicy, withQuery, type RetryInput } from '../exchange/index.ts'
import { pagesInput, pagesOutput } from './pages-pins.ts'
import { pagesTests } from './pages-tests.ts'
import { firstPosition, nextPosition, parameterOf, readItems, type Page, type Paging, type Position } from './paging.ts'

export const pages = defineBlock({
  id: 'a7b77e34-222e-416d-8540-105b676ccd5a',
  name: 'pages',
  description: 'Read all pages of a JSON API, and run the following steps once for each page.',
  category: 'HTTP',
  categories: ['LOOP'],
  synonyms: [
    'pagination',
    'paginate',
    'all pages',
    'next page',
    'cursor',
    'page token',
    'offset and limit',
    'link header',
    'load more',
    'api pages',
    'crawl',
    'loop over pages',
  ],
  capabilities: { http: [fromInput('url', { redirects: 'public' })] },
  input: pagesInput,
  output: pagesOutput,
  tests: pagesTests,
  async *run(input, context) {
    if (input.by === 'cursor' && input.cursor === '') throw new Error('"cursor" must name the place of the cursor in a page')
    let position: Position | undefined = firstPosition(input)
    let previous: string | undefined
    for (let index = 0; position !== undefined; index++) {
      if (index >= input.max_pages) throw new Error(`there are more than ${input.max_pages} pages; increase max_pages`)
      const page: Page = await readPage(addressOf(position, input), index, input, context)
      const items = readItems(page.body, input.items)
      if (input.by === 'number' && items.length === 0) return
      previous = assertChanged(page, previous, index, input)
      yield { page: page.body, items, index }
      position = nextPosition(input, page, index)
    }
  },
})

type Input = z.output<typeof pagesInput>

function addressOf(position: Position, input: Input): string {
  if ('url' in position) return position.url
  const { value } = position
  return withQuery(input.url, value === undefined ? input.query : { ...input.query, [parameterOf(input)]: value })
}

async function readPage(
  url: string,
  index: number,
  { headers, ...policy }: { headers: Record<string, string> } & RetryInput,
  { fetch, signal, log }: Pick<BlockContext, 'fetch' | 'signal' | 'log'>,
): Promise<Page> {
  if (!/^https?:\/\//i.test(url))
    throw new Error(`url must start with http:// or https://, got ${JSON.stringify(url.slice(0, 100))}`)
  const init = { headers, maxResponseBytes: MAX_RESPONSE_BYTES, signal }
  const response = await withRetries(() => receive(fetch, url, init), toPolicy(policy), { signal, log })
  if (response.status < 200 || response.status > 299)
    throw new Error(`page ${index + 1}: ${new URL(url).host} responded with status ${response.status}`)
  const contentType = response.headers.get('content-type') ?? ''
  return { url, body: parsePage(decodeText(response.bytes, { contentType }).text, index), headers: response.headers }
}

function parsePage(text: string, index: number): unknown {
  try {
    return parseBody(text)
  } catch (cause) {
    throw new Error(`page ${index + 1} is not JSON`, { cause })
  }
}

/** @throws when a page equals the one before, which would never end */
function assertChanged({ body }: Page, previous: string | undefined, index: number, paging: Paging): string {
  const text = canonicalJson(body)
  if (text !== previous || paging.by === 'link') return text
  throw new Error(
    `page ${index + 1} equals page ${index}: the service may not support the query parameter "${parameterOf(paging)}"; set "parameter"`,
  )
}
