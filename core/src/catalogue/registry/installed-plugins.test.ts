import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { expect, it } from 'vitest'
import { buildPlugin, manifestSchema, type Plugin, type PluginReport } from '../../blocks/index.ts'
import { createPluginRegistry } from './registry.ts'

const idOf = (n: number): string => `55555555-0000-4000-8000-${String(n).padStart(12, '0')}`

interface Given {
  packageName: string
  name: string
  block: number
}

function pluginOf({ packageName, name, block }: Given, owner: string): Plugin {
  const manifest = manifestSchema.parse({
    name,
    providers: [],
    blocks: [
      {
        id: idOf(block),
        name: 'run',
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
      },
    ],
  })
  const digest = `${owner} ${packageName} ${name} ${block}`
  return buildPlugin({ packageName, version: '1.0.0', builtin: false, bundle: { digest, code: 'code' } }, manifest)
}

function reportOf(given: Given, owner: string): PluginReport {
  const { packageName } = given
  const accountId = owner === '' ? undefined : owner
  return { packageName, version: '1.0.0', origin: 'STORE', status: 'LOADED', plugin: pluginOf(given, owner), accountId }
}

const plugin = record({
  packageName: constantFrom('p', 'q', 'r', 's'),
  name: constantFrom('x', 'y', 'z'),
  block: integer({ min: 0, max: 3 }),
})
/** Each package once. The index of an installation rejects duplicate claims before the registry receives them. */
const list = array(plugin, { maxLength: 4 }).map((all) => [...new Map(all.map((each) => [each.packageName, each])).values()])
const withoutDuplicates = list.map((all) =>
  all.filter((each, i) => !all.slice(0, i).some(({ name, block }) => name === each.name || block === each.block)),
)

it('resolves each block in the installation, else in the account, and never in another account', async () => {
  const lists = record({ base: withoutDuplicates, a: list, b: list })
  await assert(
    asyncProperty(lists, async ({ base, a, b }) => {
      const registry = createPluginRegistry(
        () => Promise.resolve(base.map((each) => reportOf(each, ''))),
        {} as never,
        (ids) => Promise.resolve(ids.map((id) => (id === 'a' ? a : b).map((each) => reportOf(each, id)))),
      )
      await registry.reload()
      for (const [accountId, own] of [['a', a] as const, ['b', b] as const]) {
        const available = await registry.forAccount(accountId)
        const expected = resolve(base, own)
        expect(
          available
            .blocks()
            .map(({ id, plugin: { packageName } }) => [id, packageName].join(' '))
            .toSorted(),
        ).toEqual(expected.map(({ block, packageName }) => [idOf(block), packageName].join(' ')).toSorted())
        for (const { block, name, packageName } of expected)
          for (const reference of [idOf(block), `${name}/run`])
            expect(available.block(reference)?.plugin.packageName).toBe(packageName)
        const owners = new Set(available.reports().map((report) => report.accountId))
        expect([undefined, accountId]).toEqual(expect.arrayContaining([...owners]))
        expect(
          available
            .reports()
            .map(({ packageName }) => packageName)
            .toSorted(),
        ).toEqual([...new Set([...base, ...own].map(({ packageName }) => packageName))].toSorted())
        for (const { packageName, status, error } of available.reports())
          expect([packageName, status, error?.code]).toEqual(
            expected.some((each) => each.packageName === packageName)
              ? [packageName, 'LOADED', undefined]
              : [packageName, 'FAILED', 'DUPLICATE_BLOCK'],
          )
      }
    }),
    { numRuns: 200 },
  )
})

/** The plugins that provide blocks, the first of each package, name and block. */
function resolve(base: readonly Given[], own: readonly Given[]): Given[] {
  const chosen = [...base]
  for (const each of own) {
    if (base.some(({ packageName }) => packageName === each.packageName)) continue
    if (!chosen.some(({ name, block }) => name === each.name || block === each.block)) chosen.push(each)
  }
  return chosen
}

it('does not use a reading that started before a change', async () => {
  const given = { packageName: 'p', name: 'x', block: 1 }
  let isInstalled = false
  const { promise: answer, resolve: proceed } = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const registry = createPluginRegistry(
    () => Promise.resolve([]),
    {} as never,
    async (ids) => {
      const found = isInstalled ? [reportOf(given, 'a')] : []
      started.resolve()
      await answer
      return ids.map(() => found)
    },
  )
  const early = registry.forAccount('a')
  await started.promise
  isInstalled = true
  registry.forget('a')
  const late = registry.forAccount('a')
  proceed()
  expect((await early).blocks()).toEqual([])
  expect((await late).block('x/run')).toBeDefined()
  expect((await registry.forAccount('a')).block('x/run')).toBeDefined()
})

it('reads again after a failure, and after a change of the installation it reads nothing', async () => {
  let readings = 0
  let base: PluginReport[] = []
  const given = { packageName: 'p', name: 'x', block: 1 }
  const registry = createPluginRegistry(
    () => Promise.resolve(base),
    {} as never,
    (ids) =>
      readings++ === 0 ? Promise.reject(new Error('no database')) : Promise.resolve(ids.map((id) => [reportOf(given, id)])),
  )
  await expect(registry.forAccount('a')).rejects.toThrow('no database')
  expect((await registry.forAccount('a')).reports()).toMatchObject([{ packageName: 'p', accountId: 'a' }])
  base = [reportOf({ packageName: 'q', name: 'x', block: 2 }, '')]
  await registry.reload()
  expect((await registry.forAccount('a')).reports()).toMatchObject([
    { packageName: 'q', status: 'LOADED' },
    { packageName: 'p', status: 'FAILED', accountId: 'a', error: { code: 'DUPLICATE_BLOCK' } },
  ])
  expect(readings).toBe(2)
})
