import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entryOf, packageOf, tarballOf } from './tarballs.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const uuid = (n: number): string => `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`
const says = (name: string, text: string, n = 1): string =>
  entryOf(name, [
    {
      id: uuid(n),
      name: 'say',
      run: `yield ['out', ${JSON.stringify(text)}]`,
      tests: `[{ input: {}, output: [['out', ${JSON.stringify(text)}]] }]`,
    },
  ])
const greet = (version: string, text = version): Buffer => tarballOf(packageOf('@acme/greet', version, says('greet', text)))

async function runGraph(graphId: string): Promise<unknown> {
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const yielded: unknown[] = []
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'NodeOutput') yielded.push(event.value)
  return yielded
}

const graphOf = async (block: string): Promise<string> =>
  (await runtime.graphs.create(runtime.ownerId, { name: block, document: { nodes: [{ id: 'node', block }] } })).id

describe('a published version', () => {
  it('has a report and is not installed', async () => {
    const version = await runtime.pluginStore.publish(runtime.ownerId, { tarball: greet('1.0.0') })
    expect(version).toMatchObject({
      packageName: '@acme/greet',
      version: '1.0.0',
      publishedBy: runtime.ownerId,
      signature: null,
      report: { tests: { total: 1, blocksWithout: [] }, capabilities: [], licence: 'MIT' },
    })
    expect(version.report.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['tarball', true],
      ['package', true],
      ['signature', false],
      ['sdk', true],
      ['bundle', true],
      ['manifest', true],
      ['claims', true],
      ['tests', true],
    ])
    expect(runtime.plugins.block('greet/say')).toBeUndefined()
    expect((await runtime.database.pool.query('select 1 from plugin_submission')).rowCount).toBe(0)
  })

  it('is immutable: publishing the same content changes nothing, and different content is rejected', async () => {
    const again = await runtime.pluginStore.publish(runtime.ownerId, { tarball: greet('1.0.0') })
    expect(again.version).toBe('1.0.0')
    const other = runtime.pluginStore.publish(runtime.ownerId, { tarball: greet('1.0.0', 'other') })
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

it('completes more concurrent installations than there are connections', async () => {
  await runtime.pluginStore.publish(runtime.ownerId, {
    tarball: tarballOf(packageOf('@acme/many', '1.0.0', says('many', 'x', 2))),
  })
  const install = (): Promise<void> => runtime.pluginStore.install(runtime.ownerId, '@acme/many')
  await Promise.all(Array.from({ length: 15 }, install))
  expect(runtime.plugins.block('many/say')?.plugin.version).toBe('1.0.0')
})

it('reports an unexpected error to the publisher immediately', async () => {
  const temporary = process.env.TMPDIR
  process.env.TMPDIR = '/nowhere'
  try {
    const publishing = runtime.pluginStore.publish(runtime.ownerId, { tarball: greet('0.1.0') })
    await expect(publishing).rejects.toThrow(/publishing failed unexpectedly/)
    expect(runtime.failures.splice(0)).toEqual([expect.objectContaining({ code: 'ENOENT' })])
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = temporary
  }
})

describe('two versions', () => {
  it('coexist: graphs keep the version that they were saved with, and new graphs use the installed version', async () => {
    await runtime.pluginStore.install(runtime.ownerId, '@acme/greet')
    expect(runtime.plugins.block('greet/say')?.plugin).toMatchObject({ version: '1.0.0', builtin: false })
    const first = await graphOf('greet/say')
    await runtime.pluginStore.publish(runtime.ownerId, { tarball: greet('1.1.0') })
    await runtime.pluginStore.setVersion(runtime.ownerId, '@acme/greet', '1.1.0')
    const second = await graphOf('greet/say')
    expect(await Promise.all([runGraph(first), runGraph(second)])).toEqual([['1.0.0'], ['1.1.0']])
    await runtime.pluginStore.uninstall(runtime.ownerId, '@acme/greet')
    expect(runtime.plugins.block('greet/say')).toBeUndefined()
    expect(await Promise.all([runGraph(first), runGraph(second)])).toEqual([['1.0.0'], ['1.1.0']])
    await expect(graphOf('greet/say')).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
  })
})

it('a newer release of Ashlar reads the manifests of installed plugins again', async () => {
  await runtime.database.pool.query(
    `update plugin_bundle set release = 'older', manifest = '{ "name": "NONE" }' where package_name = '@acme/many'`,
  )
  const next = await createTestRuntime({ databaseUrl: runtime.database.url, role: 'worker', pluginRoots: [] })
  expect(next.plugins.block('many/say')).toBeDefined()
  await next.close()
})
