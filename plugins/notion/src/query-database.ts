import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openNotion, provider, findDataSource, idPin, postPages } from './api.ts'
import { toPage } from './page.ts'
import { credentials, ID, notFound, pageAnswer, row } from './samples.ts'

export const queryDatabase = defineBlock({
  id: '624bce1f-2cea-4847-9dbb-2bbe662e036b',
  name: 'query-database',
  icon: 'table',
  description: 'Read the rows of a Notion database, one after the other and as a list.',
  category: 'PRODUCTIVITY',
  synonyms: ['notion table', 'get database', 'filter pages', 'query data source'],
  capabilities: {
    http: ['GET api.notion.com/v1/databases/*', 'POST api.notion.com/v1/data_sources/*'],
    credentials: [provider.name],
  },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    database: idPin('Database', 'The address or the id of the database, or the id of a data source.'),
    filter: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        title: 'Filter',
        description: 'A filter in the form of the Notion API.',
        examples: [{ property: 'Done', checkbox: { equals: false } }],
      }),
    sorts: z
      .array(z.record(z.string(), z.unknown()))
      .default([])
      .meta({
        title: 'Sorts',
        description: 'The order, in the form of the Notion API.',
        examples: [[{ property: 'Due', direction: 'ascending' }]],
      }),
    limit: z.int().min(1).max(100_000).default(100).meta({ title: 'Limit', description: 'The maximum number of rows.' }),
  }),
  output: z.object({
    row: z.record(z.string(), z.unknown()).meta({ title: 'Row', description: 'Each row, one after the other.', many: true }),
    rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All rows as a list.' }),
    count: z.int().meta({ title: 'Count', description: 'The number of rows.' }),
  }),
  tests: [
    {
      name: 'reads all pages of the data source',
      input: { database: 'https://www.notion.so/x/1f2e3d4c5b6a79880123456789abcdef?v=1' },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/databases/${ID}`]: { json: { data_sources: [{ id: 'source1', name: 'Tasks' }] } },
        'POST https://api.notion.com/v1/data_sources/source1/query': [
          { json: { results: [pageAnswer], has_more: true, next_cursor: 'c1' } },
          { json: { results: [pageAnswer], has_more: false } },
        ],
      },
      output: [
        ['row', row],
        ['row', row],
        ['rows', [row, row]],
        ['count', 2],
      ],
    },
    {
      name: 'accepts the id of a data source',
      input: { database: ID },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/databases/${ID}`]: notFound,
        [`POST https://api.notion.com/v1/data_sources/${ID}/query`]: [
          { status: 429, headers: { 'retry-after': '0' }, json: { message: 'rate limited' } },
          { json: { results: [] } },
        ],
      },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    {
      name: 'refuses a text that is no id',
      input: { database: 'tasks' },
      output: [['error', (message: string) => message.includes('must be an id')]],
    },
  ],
  async *run({ database, filter, sorts, limit }, context) {
    const api = await openNotion(context)
    const path = `/data_sources/${await findDataSource(api, database)}/query`
    const json = { filter, ...(sorts.length > 0 && { sorts }) }
    const rows: Record<string, unknown>[] = []
    for await (const item of postPages(api, path, json, limit)) {
      const { id, url, created_at, updated_at, properties } = toPage(item)
      const row = { ...properties, id, url, created_at, updated_at }
      rows.push(row)
      yield ['row', row]
    }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})
