import { expect, it } from 'vitest'
import { createPlugin, type Plugin } from '../../blocks/index.ts'
import { createPluginRegistry } from './registry.ts'

const pluginOf = (digest: string): Plugin =>
  createPlugin(
    { packageName: 'many', version: '1.0.0', builtin: false, bundle: { digest, code: '' } },
    { name: 'many', providers: [], blocks: [] },
  )

it('knows again what is loaded, and keeps of what is only pinned the last fifty', async () => {
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
      keepMaps: async () => {},
      sourceMap: async () => '',
      keep: () => Promise.resolve(),
      have: () => Promise.resolve(new Set()),
      read: () => Promise.resolve(undefined),
      outdated: () => Promise.resolve([]),
      findAll: () => Promise.resolve(new Map()),
      find(wanted) {
        found.push(wanted)
        return Promise.resolve(pluginOf(wanted))
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
