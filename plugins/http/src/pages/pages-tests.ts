import type { BlockTest } from '@ashlar/sdk'
import type { pagesInput, pagesOutput } from './pages-pins.ts'

const URL = 'https://api.example.com/items'

/** Tests for each way to find the next page, and for services that respond badly. */
export const pagesTests: BlockTest<typeof pagesInput, typeof pagesOutput>[] = [
  {
    name: 'counts pages until one is empty',
    input: { url: URL, query: { limit: 2 } },
    http: {
      [`GET ${URL}?limit=2&page=1`]: { json: [1, 2] },
      [`GET ${URL}?limit=2&page=2`]: { json: [3] },
      [`GET ${URL}?limit=2&page=3`]: { json: [] },
    },
    output: [
      { page: [1, 2], items: [1, 2], index: 0 },
      { page: [3], items: [3], index: 1 },
    ],
  },
  {
    name: 'counts offsets',
    input: { url: URL, parameter: 'offset', first: 0, step: 2, items: 'data.list' },
    http: {
      [`GET ${URL}?offset=0`]: { json: { data: { list: [1, 2] } } },
      [`GET ${URL}?offset=2`]: { json: { data: { list: [] } } },
    },
    output: [{ page: { data: { list: [1, 2] } }, items: [1, 2], index: 0 }],
  },
  {
    name: 'follows cursors, also after a page without items',
    input: { url: URL, by: 'cursor', items: 'items', cursor: 'next' },
    http: {
      [`GET ${URL}`]: [{ json: { items: [], next: 'a b' } }],
      [`GET ${URL}?cursor=a%20b`]: { json: { items: [1], next: null } },
    },
    output: [
      { page: { items: [], next: 'a b' }, items: [], index: 0 },
      { page: { items: [1], next: null }, items: [1], index: 1 },
    ],
  },
  {
    name: 'follows Link headers',
    input: { url: URL, by: 'link' },
    http: {
      [`GET ${URL}`]: { json: [1], headers: { link: '<https://api.example.com/more>; rel="next"' } },
      'GET https://api.example.com/more': { json: [1] },
    },
    output: [
      { page: [1], items: [1], index: 0 },
      { page: [1], items: [1], index: 1 },
    ],
  },
  {
    name: 'a page that fails',
    input: { url: URL, attempts: 1 },
    http: { [`GET ${URL}?page=1`]: { json: [1] }, [`GET ${URL}?page=2`]: { status: 500 } },
    output: [{ page: [1], items: [1], index: 0 }, ['error', 'page 2: api.example.com responded with status 500']],
  },
  {
    name: 'a service that ignores the page',
    input: { url: URL },
    http: { [`GET ${URL}`]: { json: [1] } },
    output: [
      { page: [1], items: [1], index: 0 },
      ['error', 'page 2 equals page 1: the service may not support the query parameter "page"; set "parameter"'],
    ],
  },
  {
    name: 'more pages than allowed',
    input: { url: URL, max_pages: 1 },
    http: { [`GET ${URL}?page=1`]: { json: [1] } },
    output: [{ page: [1], items: [1], index: 0 }, ['error', 'there are more than 1 pages; increase max_pages']],
  },
  {
    name: 'a next page at another host',
    input: { url: URL, by: 'cursor', cursor: 'next', items: 'items' },
    http: { [`GET ${URL}`]: { json: { items: [1], next: 'https://other.example/2' } } },
    output: [
      { page: { items: [1], next: 'https://other.example/2' }, items: [1], index: 0 },
      ['error', (message: string) => message.includes('other.example')],
    ],
  },
  {
    name: 'no page at all',
    input: { url: URL },
    http: { [`GET ${URL}?page=1`]: { json: [] } },
    output: [],
  },
  {
    input: { url: URL },
    http: { [`GET ${URL}?page=1`]: { text: '<html>' } },
    output: [['error', 'page 1 is not JSON']],
  },
  {
    input: { url: URL },
    http: { [`GET ${URL}?page=1`]: { json: { results: [1] } } },
    output: [
      ['error', 'the response is not a list; its keys are results; set "items" to the place of the items, such as "data.items"'],
    ],
  },
  { input: { url: URL, by: 'cursor' }, output: [['error', '"cursor" must name the place of the cursor in a page']] },
  {
    input: { url: 'ftp://a.example' },
    output: [['error', 'url must start with http:// or https://, got "ftp://a.example?page=1"']],
  },
]
