import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, describeErrors, isQuery, requestPins, sendOperation } from './client.ts'

export const pages = defineBlock({
  id: '8a832c93-76e7-4e78-9a4a-a07d1e3417d9',
  name: 'pages',
  icon: 'list',
  description: 'Read all pages of a GraphQL connection with cursors, and return its items one after the other and as a list.',
  category: 'HTTP',
  synonyms: ['graphql', 'pagination', 'relay', 'connection', 'cursor', 'loop over pages'],
  capabilities,
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    ...requestPins,
    path: z
      .string()
      .min(1)
      .meta({
        title: 'Path',
        description:
          'Where the connection is in the data. It needs pageInfo { hasNextPage endCursor }, and nodes or edges { node }.',
        examples: ['repository.issues'],
      }),
    cursor_variable: z.string().min(1).default('after').meta({
      title: 'Cursor variable',
      description: 'The variable of the query that receives the cursor of the next page.',
      advanced: true,
    }),
    limit: z.int().min(1).max(100_000).default(1000).meta({ title: 'Limit', description: 'The maximum number of items.' }),
  }),
  output: z.object({
    row: z.unknown().meta({ title: 'Row', description: 'Each item, one after the other.', many: true }),
    rows: z.array(z.unknown()).meta({ title: 'Rows', description: 'All items as a list.' }),
    count: z.int().meta({ title: 'Count', description: 'The number of items.' }),
  }),
  tests: [
    {
      name: 'reads all pages',
      input: {
        url: 'https://api.example.com/graphql',
        query: 'query ($after: String) { items(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        path: 'items',
      },
      http: {
        'POST https://api.example.com/graphql': [
          { json: { data: { items: { nodes: [{ id: 1 }], pageInfo: { hasNextPage: true, endCursor: 'a' } } } } },
          { json: { data: { items: { edges: [{ node: { id: 2 } }], pageInfo: { hasNextPage: false, endCursor: 'b' } } } } },
        ],
      },
      output: [
        ['row', { id: 1 }],
        ['row', { id: 2 }],
        ['rows', [{ id: 1 }, { id: 2 }]],
        ['count', 2],
      ],
    },
    {
      name: 'reports a path without a connection',
      input: { url: 'https://api.example.com/graphql', query: 'query ($after: String) { a(after: $after) }', path: 'items' },
      http: { 'POST https://api.example.com/graphql': { json: { data: { a: 1 } } } },
      output: [
        ['error', 'there is no connection at "items": it must have pageInfo { hasNextPage endCursor }, and nodes or edges'],
      ],
    },
    {
      name: 'needs the variable of the cursor',
      input: { url: 'https://api.example.com/graphql', query: '{ items { nodes { id } } }', path: 'items' },
      output: [['error', 'the query does not use the variable $after: add it to the arguments of the connection']],
    },
    {
      name: 'refuses a mutation',
      input: { url: 'https://api.example.com/graphql', query: 'mutation { add(after: $after) }', path: 'add' },
      output: [['error', '"query" must be a query: a mutation would run once for each page']],
    },
    {
      name: 'a field may have the name "subscription"',
      input: {
        url: 'https://api.example.com/graphql',
        query:
          'query ($after: String) { subscription { items(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }',
        path: 'subscription.items',
      },
      http: {
        'POST https://api.example.com/graphql': [
          { status: 503 },
          { json: { data: { subscription: { items: { nodes: [1], pageInfo: { hasNextPage: false } } } } } },
        ],
      },
      output: [
        ['row', 1],
        ['rows', [1]],
        ['count', 1],
      ],
    },
    {
      name: 'fails instead of leaving out pages',
      input: {
        url: 'https://api.example.com/graphql',
        query: 'query ($after: String) { items(after: $after) { nodes { id } pageInfo { hasNextPage } } }',
        path: 'items',
      },
      http: {
        'POST https://api.example.com/graphql': { json: { data: { items: { nodes: [1], pageInfo: { hasNextPage: true } } } } },
      },
      output: [['error', 'the connection at "items" has more pages, but no cursor: add endCursor to pageInfo']],
    },
  ],
  async *run({ path, cursor_variable, limit, ...input }, context) {
    if (!isQuery(input.query)) throw new Error('"query" must be a query: a mutation would run once for each page')
    if (!input.query.includes(`$${cursor_variable}`))
      throw new Error(`the query does not use the variable $${cursor_variable}: add it to the arguments of the connection`)
    const rows: unknown[] = []
    let cursor: unknown = input.variables[cursor_variable] ?? null
    for (const seen = new Set<unknown>(); rows.length < limit;) {
      const { data, errors } = await sendOperation(
        { ...input, variables: { ...input.variables, [cursor_variable]: cursor } },
        context,
      )
      if (errors.length > 0) throw new Error(describeErrors(errors))
      const page = readConnection(data, path)
      for (const row of page.items.slice(0, limit - rows.length)) {
        rows.push(row)
        yield ['row', row]
      }
      if (page.next === undefined) break
      if (seen.has(page.next)) throw new Error(`the API names the cursor ${JSON.stringify(page.next)} twice`)
      seen.add((cursor = page.next))
    }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

const connectionSchema = z.object({
  nodes: z.array(z.unknown()).nullish(),
  edges: z.array(z.object({ node: z.unknown() }).nullable()).nullish(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
})

function readConnection(data: unknown, path: string): { items: unknown[]; next: string | undefined } {
  let found = data
  for (const step of path.split('.'))
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined
  const { nodes, edges, pageInfo } = connectionSchema.safeParse(found).data ?? {}
  const items = nodes ?? edges?.map((edge) => edge?.node ?? null)
  if (!items || !pageInfo)
    throw new Error(`there is no connection at "${path}": it must have pageInfo { hasNextPage endCursor }, and nodes or edges`)
  if (pageInfo.hasNextPage && !pageInfo.endCursor)
    throw new Error(`the connection at "${path}" has more pages, but no cursor: add endCursor to pageInfo`)
  return { items, next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined }
}
