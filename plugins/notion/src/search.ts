import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openNotion, provider, postPages } from './api.ts'
import { toPage } from './page.ts'
import { credentials, page, pageAnswer } from './samples.ts'

const { properties: _properties, ...facts } = page
const found = { ...facts, type: 'page' }
const source = {
  id: 'd1',
  url: 'https://www.notion.so/d1',
  title: 'Tasks',
  created_at: null,
  updated_at: null,
  type: 'data_source',
}

export const search = defineBlock({
  id: 'aa3f0f18-47cc-424e-8471-bd92ae63b63e',
  name: 'search',
  icon: 'search',
  description: 'Search the pages and databases of a Notion workspace by their title.',
  category: 'PRODUCTIVITY',
  synonyms: ['find page', 'find database', 'notion search'],
  capabilities: { http: ['POST api.notion.com/v1/search'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    query: z.string().default('').meta({ title: 'Query', description: 'Words of the title. Empty for all pages.' }),
    type: z.enum(['all', 'page', 'data_source']).default('all').describe('Only pages, or only data sources of databases.'),
    limit: z.int().min(1).max(10_000).default(100).meta({ title: 'Limit', description: 'The maximum number of results.' }),
  }),
  output: z.object({
    row: z.record(z.string(), z.unknown()).meta({ title: 'Row', description: 'Each result, one after the other.', many: true }),
    rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All results as a list.' }),
    count: z.int().meta({ title: 'Count', description: 'The number of results.' }),
  }),
  tests: [
    {
      name: 'returns results',
      input: { query: 'docs' },
      credentials,
      http: {
        'POST https://api.notion.com/v1/search': {
          json: {
            results: [
              pageAnswer,
              { object: 'data_source', id: 'd1', url: 'https://www.notion.so/d1', title: [{ plain_text: 'Tasks' }] },
            ],
          },
        },
      },
      output: [
        ['row', found],
        ['row', source],
        ['rows', [found, source]],
        ['count', 2],
      ],
    },
    {
      name: 'reports an invalid key',
      input: {},
      credentials,
      http: { 'POST https://api.notion.com/v1/search': { status: 401, json: { message: 'API token is invalid.' } } },
      output: [['error', 'Notion answered with status 401: API token is invalid.']],
    },
  ],
  async *run({ query, type, limit }, context) {
    const json = { ...(query !== '' && { query }), ...(type !== 'all' && { filter: { property: 'object', value: type } }) }
    const rows: Record<string, unknown>[] = []
    for await (const item of postPages(await openNotion(context), '/search', json, limit)) {
      const { properties: _, ...found } = toPage(item)
      const row = { ...found, type: z.object({ object: z.string() }).parse(item).object }
      rows.push(row)
      yield ['row', row]
    }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})
