import { fetchQuery } from 'relay-runtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApolloClient } from './apollo/apollo-client.ts'
import type { CacheClient } from './cache-client.ts'
import { createEnvironment } from './relay/environment.ts'
import { createRelayClient } from './relay/relay-client.ts'
import { compileDocuments, type Artifacts } from './relay/compile.ts'
import { followToEnd, GREETING, INVALID, startServer, type TestServer } from './server.ts'
import { createUrqlClient } from './urql/urql-client.ts'

/*
 * The clients that most applications use, with their caches. The conventions of the schema make the caches right
 * without code for each operation: see docs/graphql.md.
 */

let server: TestServer
let artifacts: Artifacts
beforeAll(async () => {
  ;[server, artifacts] = await Promise.all([startServer(), compileDocuments()])
})
afterAll(() => server.close())

describe.each<[string, () => CacheClient]>([
  ['Relay', () => createRelayClient(server, artifacts)],
  ['Apollo Client', () => createApolloClient(server)],
  ['urql with graphcache', () => createUrqlClient(server)],
])('%s', (_name, create) => {
  let client: CacheClient
  let graphIds: string[]
  beforeEach(async () => {
    client = create()
    graphIds = []
    for (const name of ['one', 'two', 'three']) graphIds.push(await server.createGraph(name))
    return () => server.deleteGraphs(graphIds)
  })

  const cachedNames = (): string[] => client.cachedGraphs().map(({ name }) => name)

  it('appends the next page to the cached list', async () => {
    await client.loadGraphs(2)
    expect(cachedNames()).toEqual(['three', 'two'])
    await client.loadMoreGraphs()
    expect(cachedNames()).toEqual(['three', 'two', 'one'])
  })

  it('adds a created graph to the cached list', async () => {
    await client.loadGraphs(10)
    expect(await client.createGraph({ name: 'new', document: GREETING })).toEqual([])
    await expect.poll(cachedNames).toEqual(['new', 'three', 'two', 'one'])
    graphIds.push(
      ...client
        .cachedGraphs()
        .map(({ id }) => id)
        .slice(0, 1),
    )
  })

  it('adds nothing to the cached list if the mutation fails', async () => {
    await client.loadGraphs(10)
    expect(await client.createGraph({ name: 'new', document: INVALID })).toMatchObject([
      { code: 'GRAPH_INVALID', path: ['input', 'document', 'nodes', 'a', 'block'] },
    ])
    expect(cachedNames()).toEqual(['three', 'two', 'one'])
  })

  it('shows a new name in the cached list', async () => {
    await client.loadGraphs(10)
    await client.renameGraph(graphIds[1] ?? '', 'renamed')
    await expect.poll(cachedNames).toEqual(['three', 'renamed', 'one'])
  })

  it('removes deleted graphs from the cached list', async () => {
    await client.loadGraphs(10)
    await client.deleteGraphs(graphIds.splice(0, 2))
    await expect.poll(cachedNames).toEqual(['three'])
  })

  it('has the final status of an execution in its cache after the last event', async () => {
    const executionId = await client.startExecution(graphIds[0] ?? '')
    expect(client.cachedStatus(executionId)).toBe('QUEUED')
    await followToEnd(client.follow(executionId))
    expect(client.cachedStatus(executionId)).toBe('COMPLETED')
  })

  it('receives each event once across lost connections', async () => {
    const executionId = await server.runToEnd(graphIds[0] ?? '')
    const all = await followToEnd(create().follow(executionId))
    const cutsBefore = server.cutter.cuts()
    server.cutter.cutAfter(600, 900, 500)
    expect(await followToEnd(client.follow(executionId))).toEqual(all)
    expect(server.cutter.cuts()).toBe(cutsBefore + 3)
  })
})

it('Relay can load an object again by its id', async () => {
  const id = await server.createGraph('refetched')
  const environment = createEnvironment(server)
  await fetchQuery(environment, artifacts.refetchGraph, { id }).toPromise()
  expect(environment.getStore().getSource().get(id)).toMatchObject({ __typename: 'Graph', name: 'refetched' })
  await server.deleteGraphs([id])
})
