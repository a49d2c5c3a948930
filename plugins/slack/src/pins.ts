import type { RestApi } from '@ashlar/sdk/rest'
import { z } from 'zod'
import { readPage } from './api.ts'

export const channelPin = z
  .string()
  .min(1)
  .meta({
    title: 'Channel',
    description: 'The id of a channel, or the name of a public one.',
    examples: ['C0123456789', '#general'],
  })

export const channelIdPin = z
  .string()
  .min(1)
  .meta({ title: 'Channel', description: 'The id of the channel.', examples: ['C0123456789'] })

export const timestampPin = z
  .string()
  .regex(/^\d+\.\d+$/, 'must be the "ts" of a message, like "1512085950.000216"')
  .meta({ title: 'Message', description: 'The "ts" of the message, which identifies it in its channel.' })

export const limitPin = z
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .meta({ title: 'Limit', description: 'The maximum number of results.' })

export const listPins = {
  row: z.record(z.string(), z.unknown()).meta({ title: 'Row', description: 'Each result, one after the other.', many: true }),
  rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All results as a list.' }),
  count: z.int().meta({ title: 'Count', description: 'The number of results.' }),
}

type Row = Record<string, unknown>
type Yields = ['row', Row] | ['rows', Row[]] | ['count', number]

interface ListOptions {
  /** Of the list in an answer. */
  name: string
  query: Record<string, string | number | boolean>
  limit: number
  toRow(item: unknown): Row
}

/** Reads a list page by page, and yields each row, all rows and their number. */
export async function* yieldList(
  api: RestApi,
  method: string,
  { name, query, limit, toRow }: ListOptions,
): AsyncGenerator<Yields, void> {
  const rows: Row[] = []
  const parameters = new URLSearchParams({ limit: String(Math.min(200, limit)) })
  for (const [key, value] of Object.entries(query)) if (value !== '') parameters.set(key, String(value))
  const path = `/${method}?${parameters}`
  for await (const page of api.pages(path, readPage(path, name), limit))
    for (const row of page.map(toRow)) {
      rows.push(row)
      yield ['row', row]
    }
  yield ['rows', rows]
  yield ['count', rows.length]
}
