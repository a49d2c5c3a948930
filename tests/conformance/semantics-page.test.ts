import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8')
const PLUGIN = /^```ts\n([^]*?)^```$/m.exec(page)?.[1] ?? ''

interface Example {
  title: string
  /** Each graph may run those before it. */
  documents: string[]
  result: unknown
}

const EXAMPLES = page.split(/^## /m).flatMap((section): Example[] => {
  const examples: Example[] = []
  let documents: string[] = []
  for (const [, text = ''] of section.matchAll(/^```json\n([^]*?)^```$/gm)) {
    if (text.includes('"nodes"')) documents.push(text)
    else {
      examples.push({ title: section.slice(0, section.indexOf('\n')), documents, result: JSON.parse(text) })
      documents = []
    }
  }
  return examples
})

let folder: string
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-semantics-'))
  await mkdir(join(folder, 'demo'))
  await writeFile(join(folder, 'demo', 'package.json'), JSON.stringify({ name: 'demo', ashlar: { blocks: './blocks.ts' } }))
  await writeFile(join(folder, 'demo', 'blocks.ts'), PLUGIN)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

async function run(documents: readonly string[]): Promise<unknown> {
  let graphId = ''
  for (const document of documents) {
    const text = document.replace('<id of the graph above>', graphId)
    graphId = (await runtime.graphs.create(runtime.ownerId, { name: 'Page', document: JSON.parse(text) as unknown })).id
  }
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type !== 'ExecutionFinished') continue
    return event.status === 'COMPLETED' ? event.outputs : { wrong: { code: event.reason?.code, node: event.reason?.node } }
  }
  throw new Error('the execution has no end')
}

/** Returns the first fault of a document in the form of the page. */
function describeFault(error: unknown): unknown {
  const { code, details } = error as { code?: string; details?: { faults?: { path: string }[] } }
  if (code !== 'GRAPH_INVALID') throw error
  return { wrong: { code, path: details?.faults?.[0]?.path } }
}

describe('docs/semantics.md', () => {
  it.concurrent.each(EXAMPLES)('shows the result of an example in "$title"', async ({ documents, result }) => {
    expect(await run(documents).catch(describeFault)).toEqual(result)
  })

  it('names cases that exist', () => {
    const files = new Set(readdirSync(new URL('semantics/', import.meta.url)))
    const lines = Array.from(page.matchAll(/^_Cases?: [^_]*_$/gm), ([line]) => line).join(' ')
    const named = Array.from(lines.matchAll(/`([a-z-]+)`/g), ([, name]) => name)
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((name) => !files.has(`${name}.json`))).toEqual([])
  })
})
