import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openNotion, provider, idPin } from './api.ts'
import { toPage } from './page.ts'
import { fromPlain, readTypes } from './properties.ts'
import { credentials, ID, page, pageAnswer } from './samples.ts'

export const updatePage = defineBlock({
  id: 'f343e1d2-50a8-4f6e-ae6a-3e4c73669cad',
  name: 'update-page',
  icon: 'pencil',
  description: 'Change the properties of a Notion page, or move it to the trash.',
  category: 'PRODUCTIVITY',
  synonyms: ['edit page', 'update row', 'archive page', 'delete page'],
  capabilities: { http: ['GET,PATCH api.notion.com/v1/pages/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    page: idPin('Page', 'The address or the id of the page.'),
    properties: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        title: 'Properties',
        description: 'New values by the name of the property. null clears a property.',
        examples: [{ Status: 'Done' }],
      }),
    trash: z.boolean().optional().describe('Whether the page is in the trash.'),
  }),
  output: z.object({
    page: z.record(z.string(), z.unknown()).describe('The page: its id, url, title, times and properties.'),
    id: z.string().describe('The id of the page.'),
    url: z.string().meta({ title: 'URL', description: 'The address of the page.' }),
  }),
  tests: [
    {
      name: 'changes a property',
      input: { page: ID, properties: { Done: true, Due: null } },
      credentials,
      http: {
        [`GET https://api.notion.com/v1/pages/${ID}`]: { json: pageAnswer },
        [`PATCH https://api.notion.com/v1/pages/${ID}`]: { json: pageAnswer },
      },
      output: [
        ['page', page],
        ['id', ID],
        ['url', page.url],
      ],
    },
    { name: 'needs a change', input: { page: ID }, output: [['error', 'set at least one property, or "trash"']] },
    {
      name: 'reports a value of the wrong type',
      input: { page: ID, properties: { Count: 'many' } },
      credentials,
      http: { [`GET https://api.notion.com/v1/pages/${ID}`]: { json: { properties: { Count: { type: 'number', number: 1 } } } } },
      output: [['error', 'the property "Count" must be a number, got "many"']],
    },
    {
      name: 'a checkbox is true or false',
      input: { page: ID, properties: { Done: 'yes' } },
      credentials,
      http: { [`GET https://api.notion.com/v1/pages/${ID}`]: { json: pageAnswer } },
      output: [['error', 'the property "Done" must be true or false, got "yes"']],
    },
  ],
  async *run({ page: id, properties, trash }, context) {
    if (Object.keys(properties).length === 0 && trash === undefined) throw new Error('set at least one property, or "trash"')
    const api = await openNotion(context)
    const types = readTypes(await api.json('GET', `/pages/${id}`))
    const json = { properties: fromPlain(properties, types), ...(trash !== undefined && { in_trash: trash }) }
    const page = toPage(await api.json('PATCH', `/pages/${id}`, { json, isRepeatable: true }))
    yield ['page', page]
    yield ['id', page.id]
    yield ['url', page.url]
  },
})
