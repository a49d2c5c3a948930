import { readFileSync } from 'node:fs'
import type { Block } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../docs/loops.md', import.meta.url), 'utf8')
const EXAMPLES = page.split(/^## /m).flatMap((section): [title: string, document: string, outputs: string][] => {
  const [document, outputs] = Array.from(section.matchAll(/^```json\n([^]*?)^```$/gm), ([, text = '']) => text)
  return document && outputs ? [[section.slice(0, section.indexOf('\n')), document, outputs]] : []
})

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

async function run(document: unknown): Promise<unknown> {
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Page', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return event.outputs
  throw new Error('the execution has no end')
}

function isOfLoops({ category, categories, manyPins, manyIfPins, collectPins }: Block): boolean {
  return [category, ...categories].includes('LOOP') || manyPins.size + manyIfPins.size + collectPins.size > 0
}

describe('docs/loops.md', () => {
  it.each(EXAMPLES)('shows the outputs of its example "%s"', async (_title, document, outputs) => {
    expect(await run(JSON.parse(document))).toEqual(JSON.parse(outputs))
  })

  it('lists every block that starts, ends or joins loops', () => {
    const section = page.split(/^## /m).find((each) => each.startsWith('Blocks\n')) ?? ''
    const listed = Array.from(section.matchAll(/`([\w-]+\/[\w-]+)`/g), ([, name = '']) => name)
    const blocks = runtime.plugins.blocks().filter((block) => block.unavailable === undefined && isOfLoops(block))
    expect(listed.toSorted()).toEqual(blocks.map(({ qualifiedName }) => qualifiedName).toSorted())
  })
})
