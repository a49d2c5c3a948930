import { findNextLink } from '@ashlar/sdk/rest'

/** How a service divides a list into pages. */
export interface Paging {
  by: 'number' | 'cursor' | 'link'
  /** Where the items of a page are. Empty if the page is a list. */
  items: string
  /** Where the cursor of the next page is. */
  cursor: string
  /** The query parameter of the number or the cursor. Empty for the name of the method. */
  parameter: string
  first: number
  step: number
}

/** A page as the service sent it. */
export interface Page {
  url: string
  body: unknown
  headers: Headers
}

/** The request for a page: its address, or the value of the query parameter. */
export type Position = { url: string } | { value: string | number | bigint } | { value: undefined }

export function firstPosition({ by, first }: Paging): Position {
  return { value: by === 'number' ? first : undefined }
}

/** Returns the query parameter of the pages after the first one. */
export function parameterOf({ by, parameter }: Paging): string {
  return parameter || (by === 'number' ? 'page' : 'cursor')
}

/** @returns undefined after the last page */
export function nextPosition(paging: Paging, page: Page, index: number): Position | undefined {
  switch (paging.by) {
    case 'number':
      return { value: paging.first + (index + 1) * paging.step }
    case 'link':
      return toUrl(findNextLink(page.headers.get('link') ?? ''), page.url)
    case 'cursor':
      return toPosition(readPath(page.body, paging.cursor), page.url)
  }
}

/** Reads the items of a page. @throws when there is no list at the path */
export function readItems(body: unknown, path: string): unknown[] {
  const items = readPath(body, path)
  if (Array.isArray(items)) return items
  const where = path === '' ? 'is not a list' : `has no list at ${JSON.stringify(path)}`
  const keys = typeof body === 'object' && body !== null && !Array.isArray(body) ? `; its keys are ${listKeys(body)}` : ''
  throw new Error(`the response ${where}${keys}; set "items" to the place of the items, such as "data.items"`)
}

function listKeys(body: object): string {
  return Object.keys(body).slice(0, 20).join(', ') || 'none'
}

/** Services mark the last page with null, an empty text or false. */
function toPosition(cursor: unknown, base: string): Position | undefined {
  if (cursor === null || cursor === '' || cursor === false) return undefined
  if (typeof cursor === 'string' && /^https?:\/\//i.test(cursor)) return toUrl(cursor, base)
  if (typeof cursor === 'string' || typeof cursor === 'number' || typeof cursor === 'bigint') return { value: cursor }
  throw new Error(`the cursor must be a text or a number, got ${JSON.stringify(cursor).slice(0, 100)}`)
}

function toUrl(link: string | undefined, base: string): Position | undefined {
  if (link === undefined) return undefined
  const url = URL.parse(link, base)
  if (!url) throw new Error(`the next page must have a URL, got ${JSON.stringify(link.slice(0, 100))}`)
  return { url: url.href }
}

/** Reads a part of a value: `items.0.name`. An empty path is the value itself. @returns null when there is none */
function readPath(value: unknown, path: string): unknown {
  if (path === '') return value
  let current = value
  for (const step of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return null
    current = (current as Record<string, unknown>)[step]
  }
  return current ?? null
}
