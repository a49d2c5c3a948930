import { readFileSync } from 'node:fs'
import type { Block } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { buildContext, buildSchema } from '@ashlar/schema'
import { graphql } from 'graphql'
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

async function run(document: unknown): Promise<{ id: string; outputs: unknown }> {
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Page', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return { id, outputs: event.outputs }
  throw new Error('the execution has no end')
}

/** Sends the first operation of a section. @returns the field of the response, without `edges` and `node` */
async function send(title: string, executionId: string, field: string): Promise<unknown> {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`)) ?? ''
  const source = /^```graphql\n([^]*?)^```$/m.exec(section)?.[1] ?? ''
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  const variableValues = { id: Buffer.from(`Execution:${executionId}`).toString('base64url') }
  const contextValue = buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
  const { data, errors } = await graphql({ schema: buildSchema(), source, variableValues, contextValue })
  expect(errors).toBeUndefined()
  const flatten = (_: string, value: unknown): unknown => {
    const { edges } = (value ?? {}) as { edges?: { node: unknown }[] }
    return edges?.map(({ node }) => node) ?? value
  }
  return (JSON.parse(JSON.stringify(data, flatten)) as Record<string, unknown>)[field]
}

function isOfLoops({ category, categories, manyPins, manyIfPins, collectPins }: Block): boolean {
  return [category, ...categories].includes('LOOP') || manyPins.size + manyIfPins.size + collectPins.size > 0
}

describe('docs/loops.md', () => {
  it.each(EXAMPLES)('shows the outputs of its example "%s"', async (_title, document, outputs) => {
    expect((await run(JSON.parse(document))).outputs).toEqual(JSON.parse(outputs))
  })

  it('shows the response to its query', async () => {
    const title = 'See what a loop does'
    const [, document = ''] = EXAMPLES.find(([each]) => each === title) ?? []
    const { id } = await run(JSON.parse(document))
    const response = Array.from(page.slice(page.indexOf(title)).matchAll(/^```json\n([^]*?)^```$/gm), ([, text = '']) => text)[2]
    expect(await send(title, id, 'execution')).toEqual(JSON.parse(response ?? ''))
  })

  it('repeats an iteration with its mutation', async () => {
    const [, document = ''] = EXAMPLES.find(([each]) => each === 'See what a loop does') ?? []
    const { id } = await run(JSON.parse(document))
    const payload = await send('Repeat one iteration', id, 'replayExecution')
    expect(payload).toEqual({ execution: { id: expect.any(String) as string }, errors: [] })
  })

  it('lists every block that starts, ends or joins loops', () => {
    const section = page.split(/^## /m).find((each) => each.startsWith('Blocks\n')) ?? ''
    const listed = Array.from(section.matchAll(/`([\w-]+\/[\w-]+)`/g), ([, name = '']) => name)
    const blocks = runtime.plugins.blocks().filter((block) => block.unavailable === undefined && isOfLoops(block))
    expect(listed.toSorted()).toEqual(blocks.map(({ qualifiedName }) => qualifiedName).toSorted())
  })
})
