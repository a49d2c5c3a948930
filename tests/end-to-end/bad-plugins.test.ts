import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const BLOCK = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
const block = (id: string, name: string, run: () => Generator<['out', unknown]>) =>
  defineBlock({ id, name, description: '', category: 'TEST', input: z.object({}), output: z.object({ out: z.unknown() }), tests: [], run })
`
const entry = (name: string, blocks: string) => `${BLOCK}export default definePlugin({ name: '${name}', blocks: [${blocks}] })`
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const SOURCES: Record<string, string> = {
  broken: 'export default {{{',
  duplicate: entry('duplicate', `block('7e7c87ab-3469-4bcc-9abe-67705091b713', 'replace', function* () {})`),
  endless: `${BLOCK}for (;;) {}`,
  hungry: `${BLOCK}const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(1))`,
  nodejs: `import { readFileSync } from 'node:fs'\n${entry('nodejs', `block('${uuid(1)}', 'read', function* () { yield ['out', readFileSync('/etc/passwd')] })`)}`,
  nothing: 'export const plugin = 1',
  runaway: entry(
    'runaway',
    `block('${uuid(2)}', 'loop', function* () { for (;;) {} }),
     block('${uuid(3)}', 'eat', function* () { const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(1)) }),
     block('${uuid(4)}', 'large', function* () { yield ['out', 'x'.repeat(9_000_000)] })`,
  ),
  'nul-character': `globalThis.never = /[\0]/\n${entry('nul', '')}`,
  throws: `throw new Error('bad day')`,
}

let folder: string
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-plugins-'))
  for (const [name, source] of Object.entries(SOURCES)) await writePlugin(name, source)
  await writePlugin('nul-version', '', { version: '1.0.0\0' })
  await writePlugin('newer', entry('newer', ''), { peerDependencies: { '@ashlar/sdk': '>=99.1.0' } })
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder], sandbox: { loadTimeoutMs: 1000 }, watch: true })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

async function writePlugin(name: string, source: string, facts: object = {}): Promise<void> {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(
    join(folder, name, 'package.json'),
    JSON.stringify({ name, version: '1.0.0', ashlar: { blocks: './index.ts' }, ...facts }),
  )
  await writeFile(join(folder, name, 'index.ts'), source)
}

async function runBlock(block: string, timeoutMs = 20_000) {
  const document = { nodes: [{ id: 'node', block, timeoutMs }] }
  const graph = await runtime.graphs.create(runtime.ownerId, { name: block, document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return event
  throw new Error('the execution did not finish')
}

describe('a plugin that', () => {
  it.each([
    [
      'broken',
      'PLUGIN_LOAD_FAILED',
      /^broken 1\.0\.0: index\.ts:1:\d+: Expected .*\. Correct the source and save it: the server then loads the plugin again\.$/,
    ],
    [
      'duplicate',
      'DUPLICATE_BLOCK',
      /block id 7e7c87ab.* already belongs to @ashlar\/plugin-text\. Give one of the two another name or id, or remove it\.$/,
    ],
    ['endless', 'PLUGIN_LOAD_FAILED', /did not finish loading in time/],
    ['hungry', 'MEMORY_LIMIT', /used more than 128 MB/],
    ['nodejs', 'PLUGIN_LOAD_FAILED', /index\.ts:1:\d+: "node:fs" is a Node module/],
    [
      'newer',
      'SDK_TOO_OLD',
      /^newer: package\.json: it is built for @ashlar\/sdk 99\.1\.0, but this installation has .*\. Otherwise, install a version of the plugin for its SDK\.$/,
    ],
    ['nothing', 'PLUGIN_LOAD_FAILED', /must export default definePlugin/],
    ['nul-character', 'PLUGIN_LOAD_FAILED', /^nul-character 1\.0\.0: index\.ts: contains the character U\+0000/],
    ['nul-version', 'PLUGIN_INVALID', /^nul-version: package\.json: .*must not contain the character U\+0000/],
    ['throws', 'PLUGIN_LOAD_FAILED', /^throws 1\.0\.0: index\.ts:1:\d+: Error: bad day\. Correct the source/],
  ])('is %s fails to load with a reason, without an effect on the others', (packageName, code, message) => {
    const report = runtime.plugins.reports().find((each) => each.packageName === packageName)
    expect(report).toMatchObject({ status: 'FAILED', error: { code, message: expect.stringMatching(message) } })
    expect(runtime.plugins.block('text/replace')).toBeDefined()
    expect(runtime.plugins.block('runaway/loop')).toBeDefined()
  })

  it('is repaired loads when its file changes', async () => {
    const changed = new Promise<void>((resolve) => runtime.plugins.onChange(() => resolve()))
    await writePlugin('broken', entry('mended', `block('${uuid(9)}', 'one', function* () { yield ['out', 1] })`))
    await changed
    expect(runtime.plugins.block('mended/one')).toBeDefined()
    expect(await runBlock('mended/one')).toMatchObject({ status: 'COMPLETED' })
  })
})

describe('a block that', () => {
  it.each([
    ['runaway/loop', 'TIMEOUT', 1500],
    ['runaway/eat', 'MEMORY_LIMIT', 20_000],
    ['runaway/large', 'OUTPUT_LIMIT', 20_000],
  ])('exceeds a limit (%s) fails with its code, without an effect on another execution', async (block, code, timeoutMs) => {
    const [outcome, other] = await Promise.all([runBlock(block, timeoutMs), runBlock('time/countdown')])
    expect(other).toMatchObject({ status: 'COMPLETED' })
    expect(outcome).toMatchObject({
      status: 'FAILED',
      failedNodes: ['node'],
      reason: { code, node: 'node', message: expect.stringContaining(`node "node" (${block}): `) },
    })
  })
})
