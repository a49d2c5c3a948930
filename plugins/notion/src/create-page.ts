import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openNotion, provider, findDataSource, idPin } from './api.ts'
import type { RestApi } from '@ashlar/sdk/rest'
import { chunk } from './chunk.ts'
import { toBlocks } from './markdown.ts'
import { toPage } from './page.ts'
import { fromPlain, readTypes } from './properties.ts'
import { credentials, ID, page, pageAnswer } from './samples.ts'

export const createPage = defineBlock({
  id: '9125564d-2f55-4b0d-8c5b-e8404623ba7d',
  name: 'create-page',
  icon: 'file-plus',
  description: 'Create a page in a Notion database, or under another page.',
  category: 'PRODUCTIVITY',
  synonyms: ['new page', 'add row', 'notion note'],
  capabilities: {
    http: [
      'GET api.notion.com/v1/databases/*',
      'GET api.notion.com/v1/data_sources/*',
      'POST api.notion.com/v1/pages',
      'PATCH api.notion.com/v1/blocks/*',
    ],
    credentials: [provider.name],
  },
  timeoutMs: 300_000,
  input: z.object({
    parent: idPin('Parent', 'The address or the id of a database or a page.'),
    parent_type: z.enum(['database', 'page']).default('database').describe('What the parent is.'),
    title: z.string().default('').describe('The title of the page.'),
    properties: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        title: 'Properties',
        description: 'Values by the name of the property: texts, numbers, true or false, lists of texts; a date as 2026-01-31.',
        examples: [{ Status: 'Open', Due: '2026-01-31' }],
      }),
    text: z.string().default('').describe('The text of the page, as Markdown.'),
  }),
  output: z.object({
    page: z.record(z.string(), z.unknown()).describe('The page: its id, url, title, times and properties.'),
    id: z.string().describe('The id of the page.'),
    url: z.string().meta({ title: 'URL', description: 'The address of the page.' }),
  }),
  tests: [
    {
      name: 'converts values to the types of the database',
      input: { parent: ID, title: 'Write docs', properties: { Done: false, Tags: ['a'], Due: '2026-02-01' } },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/databases/${ID}`]: { json: { data_sources: [{ id: 'source1' }] } },
        'GET https://api.notion.com/v1/data_sources/source1': { json: { properties: pageAnswer.properties } },
        'POST https://api.notion.com/v1/pages': { json: pageAnswer },
      },
      output: [
        ['page', page],
        ['id', ID],
        ['url', page.url],
      ],
    },
    {
      name: 'reports a property that does not exist',
      input: { parent: ID, properties: { Size: 1 } },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/databases/${ID}`]: { json: { data_sources: [{ id: 'source1' }] } },
        'GET https://api.notion.com/v1/data_sources/source1': { json: { properties: { Name: { type: 'title' } } } },
      },
      output: [['error', 'there is no property "Size"; there are Name']],
    },
    {
      name: 'reports a property that Notion computes',
      input: { parent: ID, properties: { Score: 1 } },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/databases/${ID}`]: { json: { data_sources: [{ id: 'source1' }] } },
        'GET https://api.notion.com/v1/data_sources/source1': { json: { properties: { Score: { type: 'formula' } } } },
      },
      output: [['error', 'the property "Score" cannot be set, because Notion computes a formula']],
    },
    {
      name: 'refuses a text that is no id',
      input: { parent: 'tasks' },
      output: [['error', (message: string) => message.includes('must be an id')]],
    },
  ],
  async *run({ parent, parent_type, title, properties, text }, context) {
    const api = await openNotion(context)
    const target =
      parent_type === 'page' ? { parent: { page_id: parent }, types: { title: 'title' } } : await readTarget(api, parent)
    const titleName = Object.entries(target.types).find(([, type]) => type === 'title')?.[0] ?? 'title'
    const values = { ...(title !== '' && { [titleName]: title }), ...properties }
    const [children = [], ...others] = chunk(toBlocks(text), 100)
    const json = { parent: target.parent, properties: fromPlain(values, target.types), children }
    const page = toPage(await api.json('POST', '/pages', { json }))
    for (const more of others) await api.json('PATCH', `/blocks/${page.id}/children`, { json: { children: more } })
    yield ['page', page]
    yield ['id', page.id]
    yield ['url', page.url]
  },
})

interface Target {
  parent: Record<string, string>
  types: Record<string, string>
}

async function readTarget(api: RestApi, database: string): Promise<Target> {
  const id = await findDataSource(api, database)
  return {
    parent: { type: 'data_source_id', data_source_id: id },
    types: readTypes(await api.json('GET', `/data_sources/${id}`)),
  }
}
