import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin, readPath } from './path.ts'

export const nextPage = defineBlock({
  id: '2050cbd9-2496-4de8-9715-eb0c0525c1ac',
  name: 'next-page',
  description: 'Read pages from any block until none is left: link "next" back to the block that reads a page.',
  category: 'LOOP',
  synonyms: ['pagination', 'paginate', 'pages', 'cursor', 'next page', 'load more', 'offset', 'page token', 'all pages', 'pager'],
  input: z.object({
    page: z.unknown().describe('The page that was read last.'),
    items: pathPin.meta({ description: 'Where its items are, such as "data.items". Empty if the page is a list.' }),
    cursor: pathPin.meta({
      description:
        'Where the cursor of the next page is, such as "meta.next_cursor". The page without a cursor is the last one. Empty to count pages, until a page has no items.',
    }),
    number: z
      .int()
      .optional()
      .describe('To count pages: the number or the offset of this page. Link "next" back to it, beside the first number.'),
    step: z
      .int()
      .min(1)
      .default(1)
      .describe('To count pages: what to add to the number, such as the size of a page for an offset.'),
  }),
  output: z.object({
    items: z.array(z.unknown()).describe('The items of the page.'),
    next: z.unknown().describe('The cursor or the number of the next page. Not sent after the last page.'),
    end: z.boolean().describe('True, only after the last page.'),
  }),
  tests: [
    {
      input: { page: [1, 2], number: 4 },
      output: [
        ['items', [1, 2]],
        ['next', 5],
      ],
    },
    {
      name: 'an offset',
      input: { page: { data: { items: [1] } }, items: 'data.items', number: 100, step: 50 },
      output: [
        ['items', [1]],
        ['next', 150],
      ],
    },
    {
      name: 'a page without items is the last one',
      input: { page: { items: [] }, items: 'items', number: 3 },
      output: [
        ['items', []],
        ['end', true],
      ],
    },
    {
      input: { page: { items: [], meta: { next: 'c2' } }, items: 'items', cursor: 'meta.next' },
      output: [
        ['items', []],
        ['next', 'c2'],
      ],
    },
    {
      name: 'a page without a cursor is the last one',
      input: { page: { items: [1], meta: { next: null } }, items: 'items', cursor: 'meta.next' },
      output: [
        ['items', [1]],
        ['end', true],
      ],
    },
    {
      input: { page: { items: [1], next: '' }, items: 'items', cursor: 'next' },
      output: [
        ['items', [1]],
        ['end', true],
      ],
    },
    {
      input: { page: { results: [1] }, items: 'items' },
      output: [['error', 'the page has no list at "items"; its keys are results']],
    },
    {
      input: { page: [1] },
      output: [['error', 'set "cursor" to follow cursors, or link a number to "number" to count pages']],
    },
    { input: { page: 'x' }, output: [['error', 'the page must be a list, or "items" must name the list in it, got "x"']] },
  ],
  *run({ page, items: itemsPath, cursor: cursorPath, number, step }) {
    const items = readItems(page, itemsPath)
    if (cursorPath === '' && number === undefined)
      throw new Error('set "cursor" to follow cursors, or link a number to "number" to count pages')
    const next = cursorPath ? readPath(page, cursorPath) : items.length > 0 ? (number ?? 0) + step : null
    yield ['items', items]
    if (isCursor(next)) yield ['next', next]
    else yield ['end', true]
  },
})

/** Services mark the last page with null, an empty text or false. 0 can be the cursor of a page. */
function isCursor(value: unknown): boolean {
  return value !== null && value !== '' && value !== false
}

function readItems(page: unknown, path: string): unknown[] {
  const items = readPath(page, path)
  if (Array.isArray(items)) return items
  if (path !== '' && typeof page === 'object' && page !== null)
    throw new Error(
      `the page has no list at ${JSON.stringify(path)}; its keys are ${Object.keys(page).slice(0, 20).join(', ') || 'none'}`,
    )
  throw new Error(
    `the page must be a list, or "items" must name the list in it, got ${(JSON.stringify(page) ?? 'null').slice(0, 100)}`,
  )
}
