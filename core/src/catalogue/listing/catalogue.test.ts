import { beforeEach, expect, it } from 'vitest'
import type { Direction, PageRequest } from '../../base/index.ts'
import { buildPlugin, manifestSchema, type Plugin, type PluginReport } from '../../blocks/index.ts'
import type { Listing, PluginVersion } from '../publishing/index.ts'
import { createPluginRegistry, type PluginRegistry } from '../registry/index.ts'
import { createCatalogue, type Catalogue } from './index.ts'

const PROVIDER = { name: 'service', title: 'A service', hosts: ['a.example'], auth: [{ type: 'USER_PASSWORD' }] }
const HOST = { name: 'host', title: 'Any host', hosts: [], auth: [{ type: 'HOST_SCOPED' }] }
const text = { type: 'object', properties: { text: { type: 'string' } } }
const number = { type: 'object', properties: { count: { anyOf: [{ type: 'integer' }, { type: 'null' }] } } }

let reports: PluginReport[]
let plugins: PluginRegistry
let catalogue: Catalogue
let statements: (readonly string[])[]

beforeEach(async () => {
  const words = pluginOf('words', [
    { name: 'join', synonyms: ['glue'], outputSchema: text },
    { name: 'count', inputSchema: text },
  ])
  const time = pluginOf('time', [
    { name: 'now', category: 'TIME', categories: ['Clock'] },
    { name: 'wait', category: 'TIME', kind: 'trigger', inputSchema: number },
  ])
  reports = [
    { packageName: 'words', version: '1.0.0', origin: 'STORE', status: 'LOADED', plugin: words },
    { packageName: 'time', version: '1.0.0', origin: 'WORKSPACE', status: 'LOADED', plugin: time },
    { packageName: 'broken', version: '', origin: 'DEV', status: 'FAILED', error: { code: 'PLUGIN_INVALID', message: 'no' } },
  ]
  plugins = createPluginRegistry(() => Promise.resolve([...reports]), {} as never)
  await plugins.reload()
  statements = []
  const pluginStore = {
    listListings: (): Promise<Listing[]> => Promise.resolve(['words', 'other'].map(listingOf)),
    listVersions(names: readonly string[]) {
      statements.push(names)
      return Promise.resolve(Map.groupBy(VERSIONS, ({ packageName }) => packageName))
    },
  }
  catalogue = createCatalogue({ plugins, pluginStore: pluginStore as never })
})

const VERSIONS = [versionOf('words', '1.0.0', 2), versionOf('words', '1.10.0', 3), versionOf('words', '1.9.0', 4)]

it.each([
  [{}, ['time/now', 'time/wait', 'words/count', 'words/join']],
  [{ text: 'GLUE' }, ['words/join']],
  [{ text: 'words/' }, ['words/count', 'words/join']],
  [{ category: 'clock' }, ['time/now']],
  [{ category: 'time' }, ['time/now', 'time/wait']],
  [{ kinds: ['trigger'] }, ['time/wait']],
  [{ kinds: [] }, []],
  [{ packageName: 'words' }, ['words/count', 'words/join']],
  [{ inputKind: 'TEXT' }, ['words/count']],
  [{ inputKind: 'INTEGER' }, ['time/wait']],
  [{ inputKind: 'NUMBER' }, []],
  [{ outputKind: 'TEXT' }, ['words/join']],
  [{ outputKind: 'TEXT', category: 'time' }, []],
] as const)('lists the blocks with %j', (filter, names) => {
  const { items, total } = catalogue.listBlocks(requestOf('NAME', { filter }))
  expect(items.map(({ item }) => item.qualifiedName)).toEqual(names)
  expect(total).toBe(names.length)
})

it.each([
  ['NAME', ['time/now', 'time/wait', 'words/count', 'words/join']],
  ['CATEGORY', ['words/count', 'words/join', 'time/now', 'time/wait']],
  ['RELEVANCE', undefined],
] as const)('returns each block once when a reader follows the positions by %s', async (field, names) => {
  const read = async (direction: Direction): Promise<string[]> => {
    const seen: string[] = []
    let request = requestOf(field, { first: 1, orderBy: { field, direction } })
    for (;;) {
      const { items, hasMore } = await catalogue.searchBlocks('example', request)
      seen.push(...items.map(({ item }) => item.qualifiedName))
      if (!hasMore) return seen
      request = { ...request, after: items[0]?.position }
    }
  }
  const ascending = await read('ASC')
  expect(await read('DESC')).toEqual(ascending.toReversed())
  expect(names ? ascending : ascending.toSorted()).toEqual(names ?? ['time/now', 'time/wait', 'words/count', 'words/join'])
})

it('finds the blocks of a plugin that was loaded after the first search', async () => {
  const find = async (query: string): Promise<string[]> => {
    const { items } = await catalogue.searchBlocks(query, requestOf('RELEVANCE', {}))
    return items.map(({ item }) => item.qualifiedName)
  }
  expect(await find('glue')).toEqual(['words/join'])
  const added = pluginOf('paper', [{ name: 'attach', synonyms: ['glue'] }])
  reports.push({ packageName: 'paper', version: '1.0.0', origin: 'WORKSPACE', status: 'LOADED', plugin: added })
  await plugins.reload()
  expect((await find('glue')).toSorted()).toEqual(['paper/attach', 'words/join'])
  reports.shift()
  await plugins.reload()
  expect(await find('glue')).toEqual(['paper/attach'])
})

it.each([
  [{}, ['broken', 'other', 'time', 'words']],
  [{ statuses: ['AVAILABLE', 'FAILED'] }, ['broken', 'other']],
  [{ sources: ['STORE'] }, ['other', 'words']],
  [{ text: 'OR' }, ['words']],
] as const)('lists the plugins with %j', async (filter, names) => {
  const { items } = await catalogue.listPlugins(requestOf('NAME', { filter }))
  expect(items.map(({ item }) => item.packageName)).toEqual(names)
})

it('sorts plugins by status', async () => {
  const { items } = await catalogue.listPlugins(requestOf('STATUS', {}))
  expect(items.map(({ item }) => [item.status, item.packageName])).toEqual([
    ['AVAILABLE', 'other'],
    ['FAILED', 'broken'],
    ['LOADED', 'time'],
    ['LOADED', 'words'],
  ])
})

it('lists the versions of several packages with one statement', async () => {
  const versions = async (field: 'VERSION' | 'PUBLISHED_AT', filter: object): Promise<(readonly string[])[]> => {
    const pages = await catalogue.listVersions(['words', 'time'], requestOf(field, { filter }))
    return [...pages.values()].map(({ items }) => items.map(({ item }) => item.version))
  }
  expect(await versions('VERSION', {})).toEqual([['1.0.0', '1.9.0', '1.10.0'], []])
  expect(await versions('PUBLISHED_AT', {})).toEqual([['1.0.0', '1.10.0', '1.9.0'], []])
  expect(await versions('VERSION', { statuses: ['INSTALLED'] })).toEqual([['1.0.0'], []])
  expect(await versions('VERSION', { startsWith: '1.1' })).toEqual([['1.10.0'], []])
  expect(statements).toEqual(Array.from({ length: 4 }, () => ['words', 'time']))
})

it.each([
  [{}, ['time/host', 'time/service', 'words/host', 'words/service']],
  [{ text: 'ANY', credentialKinds: ['HOST_SCOPED'] }, ['time/host', 'words/host']],
  [{ credentialKinds: ['API_KEY'] }, []],
] as const)('lists the providers with %j', (filter, names) => {
  const { items } = catalogue.listProviders(requestOf('NAME', { filter }))
  expect(items.map(({ item }) => item.qualifiedName)).toEqual(names)
})

function requestOf<Field extends string>(field: Field, change: Partial<PageRequest<object, Field>>): PageRequest<object, Field> {
  return { first: 20, orderBy: { field, direction: 'ASC' }, filter: {}, countTotal: true, ...change }
}

let ids = 0

function pluginOf(name: string, blocks: object[]): Plugin {
  const manifest = manifestSchema.parse({
    name,
    providers: [PROVIDER, HOST],
    blocks: blocks.map((block) => ({
      id: `55555555-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
      description: 'An example.',
      category: 'BASIC',
      kind: 'standard',
      staticOutput: false,
      serial: false,
      capabilities: {},
      onCrash: 'fail',
      inputSchema: { type: 'object', properties: {} },
      outputSchema: { type: 'object', properties: {} },
      tests: [],
      ...block,
    })),
  })
  return buildPlugin({ packageName: name, version: '1.0.0', builtin: false, bundle: { digest: name, code: '' } }, manifest)
}

function listingOf(packageName: string): Listing {
  return { packageName, installedVersion: null, newestVersion: '2.0.0' }
}

function versionOf(packageName: string, version: string, day: number): PluginVersion {
  return { id: `${packageName}@${version}`, packageName, version, publishedAt: new Date(2026, 0, day) } as PluginVersion
}
