import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '../testing/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const pins = { input: z.object({ value: z.unknown() }), output: z.object({ out: z.unknown() }) }
export default definePlugin({
  name: 'later',
  blocks: [
    defineBlock({
      id: '66666666-0000-4000-8000-000000000021', name: 'pass', description: '', category: 'TEST', tests: [], ...pins,
      *run({ value }) { yield ['out', value] },
    }),
    defineBlock({
      id: '66666666-0000-4000-8000-000000000022', name: 'approve', description: '', category: 'TEST', kind: 'approval',
      unavailable: 'approvals by a person', ...pins,
    }),
  ],
})
`
const MESSAGE = 'block later/approve is not available in this version of Ashlar: it needs approvals by a person'

const DOCUMENT = {
  nodes: [
    { id: 'pass', block: 'later/pass', inputs: { value: 1 } },
    { id: 'approve', block: 'later/approve' },
    { id: 'error', block: 'io/output', inputs: { name: 'error' } },
    { id: 'out', block: 'io/output', inputs: { name: 'out' } },
  ],
  links: [
    { from: 'pass.out', to: 'approve.value' },
    { from: 'approve.error', to: 'error.value' },
    { from: 'approve.out', to: 'out.value' },
  ],
}

let folder: string
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-later-'))
  await mkdir(join(folder, 'later'))
  await writeFile(join(folder, 'later', 'package.json'), JSON.stringify({ name: 'later', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'later', 'i.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

it('fails a node whose block is not available', async () => {
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Later', document: DOCUMENT })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const events: unknown[] = []
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) events.push(event)
  const error = { code: 'NOT_AVAILABLE', message: MESSAGE }
  expect(events).toContainEqual(expect.objectContaining({ type: 'NodeFinished', node: 'approve', error }))
  expect(events.filter((event) => (event as { type: string }).type === 'GraphOutput')).toMatchObject([
    { name: 'error', value: MESSAGE },
  ])
})

it('warns about a node whose block is not available', async () => {
  const warnings = await runtime.graphWarnings.ofDocument(runtime.ownerId, DOCUMENT)
  expect(warnings).toEqual([{ path: 'nodes.approve.block', message: MESSAGE }])
})
