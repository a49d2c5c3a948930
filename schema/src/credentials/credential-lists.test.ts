import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
  for (const name of ['b', 'a', 'c', 'd'])
    await runtime.credentials.add(runtime.ownerId, {
      provider: 'http/host',
      name,
      hosts: ['a.example'],
      secret: { type: 'HOST_SCOPED', headers: { key: 'hunter22' } },
    })
  const { pool } = runtime.database
  await pool.query(
    `update credential set status = 'NEEDS_AUTHORIZATION', provider = 'gone/service', type = 'OAUTH2' where name = 'd'`,
  )
})
afterAll(() => runtime.close())

interface Connection {
  totalCount: number
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  edges: { node: { name: string } }[]
}

async function list(args: string, variableValues: Record<string, unknown> = {}): Promise<Connection> {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  const used = args.includes('$after') ? 'query ($after: String)' : ''
  const document = parse(
    `${used} { credentials${args} { totalCount pageInfo { hasNextPage endCursor } edges { node { name } } } }`,
  )
  expect(validate(schema, document)).toEqual([])
  const result = await execute({
    schema,
    document,
    variableValues,
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
  expect(result.errors).toBeUndefined()
  return (result.data as { credentials: Connection }).credentials
}

const names = ({ edges }: Connection): string => edges.map(({ node }) => node.name).join('')

it.each([
  ['', 'dcab'],
  ['(orderBy: { field: CREATED_AT, direction: ASC })', 'bacd'],
  ['(orderBy: { field: NAME, direction: ASC })', 'abcd'],
  ['(first: 1, orderBy: { field: PROVIDER, direction: ASC })', 'd'],
  ['(first: 0)', ''],
  ['(filter: { name: "c" })', 'c'],
  ['(filter: { kinds: [HOST_SCOPED], statuses: null })', 'cab'],
  ['(filter: { statuses: [NEEDS_AUTHORIZATION] })', 'd'],
  ['(filter: { providers: ["http/host", "none/none"], name: "a" })', 'a'],
  ['(filter: { providers: [] })', ''],
])('lists credentials with %j', async (args, expected) => {
  expect(names(await list(args))).toBe(expected)
})

it.each([
  ['', 'dcab'],
  [', orderBy: { field: NAME, direction: DESC }', 'dcba'],
  [', orderBy: { field: PROVIDER, direction: ASC }', 'dbac'],
  [', filter: { kinds: [HOST_SCOPED] }', 'cab'],
])('returns each credential once on all pages with %j', async (args, expected) => {
  let seen = ''
  for (let after: string | null = null, more = true; more;) {
    const page: Connection = await list(`(first: 1, after: $after${args})`, { after })
    expect(page.totalCount).toBe(expected.length)
    seen += names(page)
    after = page.pageInfo.endCursor
    more = page.pageInfo.hasNextPage
  }
  expect(seen).toBe(expected)
})

it('reads no secret', async () => {
  const request = { first: 1, orderBy: { field: 'NAME', direction: 'ASC' }, filter: {}, countTotal: false } as const
  const pages = await runtime.credentials.list([runtime.ownerId], request)
  const items = pages.get(runtime.ownerId)?.items ?? []
  expect(items[0]?.item).toMatchObject({ name: 'a', hosts: ['a.example'], scopes: [], createdAt: expect.any(Date) as Date })
  expect(items[0]?.item.secret).toBeUndefined()
})
