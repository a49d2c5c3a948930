/* Answers of Notion, shortened, for the tests of blocks. */

export const credentials = { notion: { type: 'API_KEY', key: 'test-key' } } as const

export const ID = '1f2e3d4c-5b6a-7988-0123-456789abcdef'

export const pageAnswer = {
  object: 'page',
  id: ID,
  url: 'https://www.notion.so/Tasks-1f2e',
  created_time: '2026-01-01T00:00:00.000Z',
  last_edited_time: '2026-01-02T00:00:00.000Z',
  properties: {
    Name: { type: 'title', title: [{ plain_text: 'Write ' }, { plain_text: 'docs' }] },
    Done: { type: 'checkbox', checkbox: false },
    Tags: { type: 'multi_select', multi_select: [{ name: 'a' }, { name: 'b' }] },
    Due: { type: 'date', date: { start: '2026-02-01', end: null } },
    Score: { type: 'formula', formula: { type: 'number', number: 4 } },
  },
}

export const page = {
  id: ID,
  url: 'https://www.notion.so/Tasks-1f2e',
  title: 'Write docs',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-02T00:00:00.000Z',
  properties: { Name: 'Write docs', Done: false, Tags: ['a', 'b'], Due: '2026-02-01', Score: 4 },
}

export const row = {
  ...page.properties,
  id: ID,
  url: 'https://www.notion.so/Tasks-1f2e',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-02T00:00:00.000Z',
}

export const notFound = { status: 404, json: { message: 'Could not find page.' } }

export const notFoundMessage =
  'Notion answered with status 404: Could not find page.; connect the integration to the page in its menu, under Connections'
