import { expect, it } from 'vitest'
import { buildPlugin, type Plugin } from '../../blocks/index.ts'
import { createPluginRegistry } from './registry.ts'

const pluginOf = (digest: string): Plugin =>
  buildPlugin(
    { packageName: 'many', version: '1.0.0', builtin: false, bundle: { digest, code: '' } },
    { name: 'many', providers: [], blocks: [] },
  )

it('reuses loaded plugins and caches the last fifty pinned ones', async () => {
  const found: string[] = []
  const known: string[][] = []
  let digest = 'first'
  const registry = createPluginRegistry(
    (given) => {
      known.push([...given.keys()])
      return Promise.resolve([
        { packageName: 'many', version: '1.0.0', origin: 'DEV', status: 'LOADED', plugin: pluginOf(digest) },
      ])
    },
    {
      saveMaps: async () => {},
      sourceMap: async () => '',
      save: () => Promise.resolve(),
      findCurrent: () => Promise.resolve(new Set()),
      readFacts: () => Promise.resolve(undefined),
      listOutdated: () => Promise.resolve([]),
      find: () => Promise.resolve(undefined),
      findAll(wanted) {
        found.push(...wanted)
        return Promise.resolve(new Map(wanted.map((each) => [each, pluginOf(each)])))
      },
    },
  )
  await registry.reload()
  digest = 'second'
  await registry.reload()
  await registry.reload()
  expect(known).toEqual([[], ['first'], ['second']])
  for (const each of ['second', 'first', 'first']) await registry.pinned(each, '')
  expect(found).toEqual(['first'])
  for (let i = 0; i < 50; i++) await registry.pinned(`other ${i}`, '')
  found.length = 0
  for (const each of ['other 0', 'other 49', 'first', 'other 1']) await registry.pinned(each, '')
  expect(found).toEqual(['first', 'other 1'])
})
