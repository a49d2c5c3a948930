import { createTestRuntime, recordStatements, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
  for (let n = 1; n <= 3; n++) for (const version of ['1.2.0', '1.10.0', '2.0.0-beta']) await publish(`stored-${n}`, version)
})
afterAll(() => runtime.close())

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function executeAs(source: string, variableValues: Record<string, unknown>): Promise<ExecutionResult> {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  return execute({
    schema,
    document,
    variableValues,
    contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
  })
}

async function run(source: string, variableValues: Record<string, unknown> = {}): Promise<Json> {
  const result = await executeAs(source, variableValues)
  expect(result.errors).toBeUndefined()
  return JSON.parse(JSON.stringify(result.data)) as Json
}

async function fail(source: string, variableValues: Record<string, unknown> = {}): Promise<unknown> {
  return (await executeAs(source, variableValues)).errors?.[0]?.cause
}

/** The names of the items of a list with the alias `list`. */
async function names(list: string): Promise<string[]> {
  const { list: page } = await run(`{ list: ${list} { edges { node { name } } } }`)
  return page.edges.map(({ node }: Json) => node.name as string)
}

/** Reads a list with pages of `first` items to its end. `list` contains `after: $after`. */
async function walk(list: string, node: string): Promise<string[]> {
  const seen: string[] = []
  for (let after: unknown = null; ;) {
    const source = `query ($after: String) { list: ${list} { pageInfo { hasNextPage endCursor } edges { node { ${node} } } } }`
    const { list: page } = await run(source, { after })
    seen.push(...page.edges.map((edge: Json) => edge.node[node] as string))
    if (!page.pageInfo.hasNextPage) return seen
    after = page.pageInfo.endCursor
  }
}

const DICTIONARY = '{ packageName: "@ashlar/plugin-dictionary" }'

describe('blocks', () => {
  it('have pins with a kind and a type', async () => {
    const { block } = await run(`{ block(name: "data/sort") {
      synonyms inputs { name kind type } outputs { name kind type } } }`)
    expect(block.synonyms).toContain('order by')
    expect(block.inputs).toContainEqual({ name: 'rows', kind: 'LIST', type: 'object[]' })
    expect(block.outputs).toEqual([{ name: 'rows', kind: 'LIST', type: 'object[]' }])
  })

  it.each([
    [`blocks(first: 2, filter: ${DICTIONARY})`, ['dictionary/add', 'dictionary/collect']],
    ['blocks(first: 0)', []],
    [
      `blocks(first: 2, filter: ${DICTIONARY}, orderBy: { field: NAME, direction: DESC })`,
      ['dictionary/replace', 'dictionary/remove'],
    ],
    [`blocks(first: 1, filter: ${DICTIONARY}, orderBy: { field: CATEGORY, direction: DESC })`, ['dictionary/replace']],
    ['blocks(filter: { text: "FOREACH" })', ['logic/step-through', 'loop/for-each']],
    ['blocks(first: 1, filter: { category: "Dictionary", packageName: "@ashlar/plugin-dictionary" })', ['dictionary/add']],
    ['blocks(filter: { kinds: [GRAPH, NOTE] })', ['io/graph', 'io/note']],
    ['blocks(filter: { packageName: "@ashlar/plugin-dictionary", inputKind: BOOLEAN })', ['dictionary/remove']],
    ['blocks(filter: { packageName: "@ashlar/plugin-dictionary", outputKind: BOOLEAN })', ['dictionary/is-empty']],
    ['searchBlocks(first: 1, query: "for each")', ['loop/for-each']],
    ['searchBlocks(query: "merge", filter: { packageName: "@ashlar/plugin-text" })', ['text/combine']],
    ['searchBlocks(query: "no such thing")', []],
  ])('are listed by %s', async (list, expected) => {
    expect(await names(list)).toEqual(expected)
  })

  it('of a search can be sorted by name', async () => {
    const found = await names('searchBlocks(query: "list", orderBy: { field: NAME, direction: ASC })')
    expect(found).toEqual(found.toSorted())
    expect(found.toSorted()).not.toEqual(await names('searchBlocks(query: "list")'))
  })

  it.each([
    ['blocks(first: 7, after: $after)'],
    ['blocks(first: 7, after: $after, orderBy: { field: CATEGORY, direction: DESC })'],
    ['searchBlocks(query: "list", first: 3, after: $after)'],
  ])('are returned once when a client reads all pages of %s', async (list) => {
    const all = await walk(list, 'name')
    expect(new Set(all).size).toBe(all.length)
    const { list: counted } = await run(`query ($after: String) { list: ${list} { totalCount } }`)
    expect(all.length).toBe(counted.totalCount)
  })

  it('are not listed after a cursor of another list or order', async () => {
    const cursorOf = async (list: string) => (await run(`{ list: ${list} { pageInfo { endCursor } } }`)).list.pageInfo.endCursor
    for (const list of ['plugins(first: 1)', 'blocks(first: 1, orderBy: { field: CATEGORY, direction: ASC })'])
      expect(
        await fail('query ($after: String) { blocks(after: $after) { totalCount } }', { after: await cursorOf(list) }),
      ).toMatchObject({
        code: 'BAD_INPUT',
        details: { path: ['after'] },
      })
  })

  it('are not searched for more than 200 characters', async () => {
    const query = 'x'.repeat(201)
    expect(await fail('query ($query: String!) { searchBlocks(query: $query) { totalCount } }', { query })).toMatchObject({
      code: 'BAD_INPUT',
      details: { path: ['query'] },
    })
  })
})

describe('plugins', () => {
  it.each([
    ['plugins(filter: { statuses: [AVAILABLE] })', ['stored-1', 'stored-2', 'stored-3']],
    ['plugins(filter: { sources: [WORKSPACE], text: "dictionary" })', ['@ashlar/plugin-dictionary']],
    ['plugins(filter: { text: "ORED-2" })', ['stored-2']],
    ['plugins(first: 1, orderBy: { field: NAME, direction: DESC })', ['stored-3']],
    ['plugins(first: 1, orderBy: { field: STATUS, direction: ASC })', ['stored-1']],
  ])('are listed by %s', async (list, expected) => {
    const { list: page } = await run(`{ list: ${list} { edges { node { packageName } } } }`)
    expect(page.edges.map(({ node }: Json) => node.packageName)).toEqual(expected)
  })

  it('are returned once when a client reads all pages', async () => {
    const all = await walk('plugins(first: 2, after: $after, orderBy: { field: STATUS, direction: DESC })', 'packageName')
    expect(all.length).toBeGreaterThanOrEqual(16)
    expect(new Set(all).size).toBe(all.length)
  })

  it('are found by package name', async () => {
    const { dictionary, stored, none } = await run(`{
      dictionary: plugin(packageName: "@ashlar/plugin-dictionary") { status blocks(first: 1, orderBy: { field: NAME, direction: DESC }) { totalCount edges { node { name } } } }
      stored: plugin(packageName: "stored-1") { status source installedVersion blocks { totalCount } }
      none: plugin(packageName: "none") { status } }`)
    expect(dictionary).toEqual({ status: 'LOADED', blocks: { totalCount: 7, edges: [{ node: { name: 'dictionary/replace' } }] } })
    expect(stored).toEqual({ status: 'AVAILABLE', source: 'STORE', installedVersion: null, blocks: { totalCount: 0 } })
    expect(none).toBeNull()
  })

  it('have versions in the order of semantic versioning or of their publication', async () => {
    const versions = async (args: string): Promise<string[]> => {
      const { plugin } = await run(`{ plugin(packageName: "stored-1") { versions${args} { edges { node { version } } } } }`)
      return plugin.versions.edges.map(({ node }: Json) => node.version as string)
    }
    expect(await versions('')).toEqual(['2.0.0-beta', '1.10.0', '1.2.0'])
    expect(await versions('(orderBy: { field: VERSION, direction: ASC })')).toEqual(['1.2.0', '1.10.0', '2.0.0-beta'])
    expect(await versions('(filter: { startsWith: "1.", statuses: [PUBLISHED] })')).toEqual(['1.10.0', '1.2.0'])
    expect(await versions('(filter: { statuses: [INSTALLED] })')).toEqual([])
  })

  it('have reports with names of checks and kinds of capabilities', async () => {
    const { plugin } = await run(`{ plugin(packageName: "stored-1") { versions(first: 1) { edges { node {
      status report { checks { name } capabilities { kind detail } } signature { signedBy } } } } } }`)
    expect(plugin.versions.edges[0].node).toMatchObject({
      status: 'PUBLISHED',
      report: { checks: [{ name: 'MANIFEST' }], capabilities: [{ kind: 'CREDENTIALS_REVEAL', detail: 'x' }] },
      signature: { signedBy: 'Owner' },
    })
  })

  it('are listed with their versions and the names of their authors in a constant number of statements', async () => {
    const source = `query ($first: Int) { plugins(first: $first, filter: { statuses: [AVAILABLE] }) { edges { node { versions {
      totalCount edges { node { plugin { packageName } publishedBy { name } signature { signedBy } } } } } } } }`
    const one = await countStatements(() => run(source, { first: 1 }))
    expect(await countStatements(() => run(source, { first: 3 }))).toBe(one)
    // The viewer and the caller, the listings, the versions, the plugins of the versions, and the authors.
    expect(one).toBe(6)
  })
})

describe('providers', () => {
  it('are listed, filtered and found by name', async () => {
    expect(await names('providers')).toContain('http/host')
    expect(await names('providers(filter: { text: "ANY", credentialKinds: [HOST_SCOPED] })')).toEqual(['http/host'])
    expect(await names('providers(filter: { credentialKinds: [OAUTH2] })')).not.toContain('http/host')
    const [first, last] = ['ASC', 'DESC'].map((direction) =>
      names(`providers(orderBy: { field: TITLE, direction: ${direction} })`),
    )
    expect(await first).toEqual((await last)?.toReversed())
    expect(await run('{ provider(name: "http/host") { title } none: provider(name: "none") { title } }')).toEqual({
      provider: { title: 'Any host' },
      none: null,
    })
  })
})

let published = 0

/** Stores a version as the store does, without its code. */
async function publish(packageName: string, version: string): Promise<void> {
  const report = { checks: [{ name: 'manifest', ok: true, message: '', position: null }], tests: { total: 0, blocksWithout: [] } }
  const details = { bundleBytes: 1, capabilities: [{ kind: 'credentials.reveal', detail: 'x' }], licence: 'MIT' }
  const { pool } = runtime.database
  await pool.query('insert into plugin_package (name, owner_id) values ($1, $2) on conflict do nothing', [
    packageName,
    runtime.ownerId,
  ])
  const values = [
    packageName,
    version,
    'a'.repeat(64),
    runtime.ownerId,
    { ...report, ...details },
    new Date(2026, 0, ++published),
  ]
  await pool.query(
    `insert into plugin_version (id, package_name, version, digest, tarball_digest, description, published_at, published_by, report, signature)
     values ($1 || '@' || $2, $1, $2, (select digest from plugin_bundle limit 1), $3, '', $6, $4, $5, '{"keyId":"k","publicKey":"p","signature":"s"}')`,
    values,
  )
}

async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const { length } = await recordStatements(work)
  expect(length).toBeGreaterThan(0)
  return length
}
