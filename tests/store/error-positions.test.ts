import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWorkbench } from '@ashlar/core'
import { BUILTIN_PLUGINS, createTestRuntime, readNodeExecutions, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageOf, tarballOf } from './tarballs.ts'

/* The position at which a block threw, in the source of its plugin, for every source of plugins. */

/** Throws at line 2, column 9 of `src/fail.ts`, called from line 17, column 7 of the entry. */
const FAIL = `export function fail(text: string): never {
  throw new Error(\`no \${text}\`)
}
`
const entry = (name: string, number: number): string => `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
import { fail } from './src/fail.ts'

interface Unused { type: 'takes lines that the bundle does not have' }

const block = (id: string, name: string, run: (input: { text: string }) => AsyncIterable<['out', string]>) =>
  defineBlock({
    id, name, description: '', category: 'TEST',
    input: z.object({ text: z.string() }), output: z.object({ out: z.string() }),
    tests: [{ input: { text: 'luck' }, output: [['out', 'luck']] }],
    run,
  })

const say = block('eeeeeeee-0000-4000-8000-0000000000${number}1', 'say', async function* ({ text }) {
      await Promise.resolve()
      fail(text)
      yield ['out', text]
})
export default definePlugin({ name: '${name}', blocks: [say] })
`

const files = (name: string, number: number, tests = true): Record<string, string> => ({
  ...packageOf(name, '1.0.0', '', { ashlar: { blocks: './index.ts' } }),
  'index.ts': tests ? entry(name, number) : entry(name, number).replace(/tests: .*/, 'tests: [],'),
  'src/fail.ts': FAIL,
})

let folder: string
let pluginPackages: string[]
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-positions-'))
  await write('own/workspace', files('workspace', 1))
  await write('own/wrong', { ...packageOf('wrong', '1.0.0', '', { ashlar: { blocks: './index.ts' } }), 'index.ts': WRONG })
  for (const [i, name] of ['named', 'moved'].entries()) await write(name, files(name, 5 + i))
  pluginPackages = ['named', 'moved'].map((name) => join(folder, name))
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, join(folder, 'own')], pluginPackages })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

async function write(path: string, all: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path, name)), { recursive: true })
    await writeFile(join(folder, path, name), text)
  }
}

/** @returns the error with which the block failed, from the journal and from the node executions */
async function runAndReadErrors(block: string, inputs: object = { text: 'luck' }): Promise<unknown[]> {
  const { executions, graphs, ownerId } = runtime
  const document = { nodes: [{ id: 'n', block, inputs }] }
  const { id: graphId } = await graphs.create(ownerId, { name: block, document })
  const { id } = await executions.start(ownerId, { graphId, inputs: {} })
  const errors: unknown[] = []
  for await (const event of await executions.follow(ownerId, id, 0)) if (event.type === 'NodeFinished') errors.push(event.error)
  for (const { error } of await readNodeExecutions(runtime, id)) errors.push(error)
  return errors
}

const STACK = /^at fail \(src\/fail\.ts:2:9\)\nat (async )?(Object\.)?run \(index\.ts:17:7\)/
const FAILURE = {
  code: 'BLOCK_FAILED',
  message: 'no luck',
  position: { file: 'src/fail.ts', line: 2, column: 9 },
  stack: expect.stringMatching(STACK) as unknown,
}

it.each([
  ['in a folder of the installation', 'workspace/say'],
  ['in a package that the configuration names', 'named/say'],
])('the error of a block %s has its position and stack', async (_what, block) => {
  expect(await runAndReadErrors(block)).toEqual([FAILURE, FAILURE])
})

it('the error of a published block has its position and stack', async () => {
  await runtime.pluginStore.publish(runtime.ownerId, { tarball: tarballOf(files('published', 3, false)) })
  await runtime.pluginStore.install(runtime.ownerId, 'published')
  expect(await runAndReadErrors('published/say')).toEqual([FAILURE, FAILURE])
})

it.each([true, false])('the error of a block in development has both (with a debugger: %s)', async (inspectable) => {
  await write('draft', files('draft', 4))
  const workbench = await createWorkbench(join(folder, 'draft'))
  const { code: bundle, map: sourceMap } = await workbench.bundle()
  await workbench.close()
  const draft = { packageName: 'draft', version: '1.0.0', bundle, sourceMap, sourceRoot: 'file:///home/me/draft/', inspectable }
  await runtime.devPlugins.set(runtime.ownerId, draft)
  expect(await runAndReadErrors('draft/say')).toEqual([FAILURE, FAILURE])
  await runtime.devPlugins.remove(runtime.ownerId, 'draft')
})

it('a test of a block that throws reports position and stack', async () => {
  await write('draft', files('draft', 4))
  const workbench = await createWorkbench(join(folder, 'draft'))
  const results = await workbench.test(await workbench.describe(await workbench.bundle()))
  await workbench.close()
  expect(results).toEqual([
    {
      block: 'draft/say',
      test: 'say 1',
      difference: 'pair 1: expected pin "out", got "error" with "no luck"',
      thrownAt: 'src/fail.ts:2:9',
      stack: expect.stringMatching(STACK) as unknown,
    },
  ])
})

/** A plugin with blocks that yield wrong outputs in several ways. */
const WRONG = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const pins = { description: '', category: 'TEST', input: z.object({ text: z.string() }), output: z.object({ out: z.string() }), tests: [] }
export default definePlugin({
  name: 'wrong',
  blocks: [
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000071', name: 'pin', ...pins,
      *run({ text }) {
        yield ['out', text]
        yield ['outptu' as never, text]
      },
    }),
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000072', name: 'object', ...pins,
      run: (() => ({ out: 1 })) as never,
    }),
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000073', name: 'promise', ...pins,
      run: (async () => ({ out: 1 })) as never,
    }),
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000077', name: 'throws', ...pins,
      run: (async () => { throw new Error('cause') }) as never,
    }),
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000074', name: 'value', ...pins,
      async *run() {
        await null
        if (Math.random() > 2) yield ['out', 'text']
        yield ['out', 5 as never]
      },
    }),
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000075', name: 'function', ...pins,
      *run() {
        yield ['out', (() => 1) as never]
      },
    }),
    defineBlock({
      id: 'eeeeeeee-0000-4000-8000-000000000076', name: 'no-pair', ...pins,
      *run() {
        yield 'text' as never
      },
    }),
  ],
})
`

it.each([
  ['wrong/pin', 'run yields to "outptu", which is not an output pin of the block; its output pins are out, error', 12, 9],
  [
    'wrong/object',
    'run must yield [pin, value] pairs, as in async *run(input) { yield [\'<pin>\', value] }; it returned {"out":1}',
    17,
    7,
  ],
  [
    'wrong/promise',
    "run must yield [pin, value] pairs, as in async *run(input) { yield ['<pin>', value] }; it returned a promise",
    21,
    7,
  ],
  ['wrong/value', 'output "out": must be text, got 5', 29, 7],
  ['wrong/function', 'output "out": must be text, got () => 1', 38, 9],
  ['wrong/no-pair', 'run must yield [pin, value] pairs, got "text"', 43, 7],
])('the error of a wrong output (%s) has the position of the yield, or of run', async (block, message, line, column) => {
  const [error] = await runAndReadErrors(block)
  const position = { file: 'index.ts', line, column }
  expect(error).toEqual({ code: 'BLOCK_OUTPUT_INVALID', message, position, stack: `at run (index.ts:${line}:${column})` })
})

it('an async run that throws without a generator fails with its own error', async () => {
  const [error] = await runAndReadErrors('wrong/throws')
  expect(error).toMatchObject({ code: 'BLOCK_FAILED', message: 'cause', position: { file: 'index.ts', line: 25 } })
})

it('the error of a built-in block has no position', async () => {
  const [error] = await runAndReadErrors('text/split', { text: 'luck', delimiter: '' })
  expect(error).toEqual({ code: 'BLOCK_FAILED', message: 'delimiter must not be empty' })
})

it('a source map does not contain directories of this machine', async () => {
  const { rows } = await runtime.database.pool.query<{ source_map: string }>(
    `select source_map from plugin_bundle where package_name in ('workspace', 'named', 'published')`,
  )
  for (const { source_map: map } of rows) {
    expect(JSON.parse(map)).toMatchObject({ sources: ['index.ts', 'src/fail.ts'], names: [] })
    expect(map).not.toMatch(/sourcesContent|ashlar-positions|unused/i)
  }
  expect(rows).toHaveLength(3)
})

it('an error has the new position after lines moved without a change of the code', async () => {
  const digestOf = () => runtime.plugins.block('moved/say')?.plugin.bundle.digest
  const before = digestOf()
  await write('moved', { 'src/fail.ts': `// One line more.\n${FAIL}` })
  await runtime.configure({ pluginPackages, oauthClients: {} })
  expect(digestOf()).toBe(before)
  const [error] = await runAndReadErrors('moved/say')
  expect(error).toMatchObject({ position: { file: 'src/fail.ts', line: 3, column: 9 } })
})
