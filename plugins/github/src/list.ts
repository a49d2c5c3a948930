import type { RestApi } from '@ashlar/sdk/rest'
import { readPage } from './api.ts'
import type { Row } from './shapes.ts'

type Query = Record<string, string | number | undefined>
type Yields = ['row', Row] | ['rows', Row[]] | ['count', number]

interface ListOptions {
  query?: Query
  limit: number
  /** Returns undefined for an item that does not belong to the list. */
  toRow(item: unknown): Row | undefined
}

/** Reads a list page by page, and yields each row, all rows and their number. */
export async function* yieldList(
  api: RestApi,
  path: string,
  { query = {}, limit, toRow }: ListOptions,
): AsyncGenerator<Yields, void> {
  const rows: Row[] = []
  const parameters = new URLSearchParams({ per_page: String(Math.min(100, limit)) })
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') parameters.set(name, String(value))
  for await (const page of api.pages(`${path}?${parameters}`, readPage)) {
    for (const row of page.map(toRow)) {
      if (row === undefined) continue
      if (rows.length >= limit) break
      rows.push(row)
      yield ['row', row]
    }
    if (rows.length >= limit) break
  }
  yield ['rows', rows]
  yield ['count', rows.length]
}
