import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

interface Run {
  outputs: [pin: string, value: unknown][]
  error: { code: string; message: string } | undefined
}

/** Runs a block with constant inputs in a graph. @param id its UUID */
async function run(id: string, inputs: object): Promise<Run> {
  const document = { pairing: 'FIFO', onUnhandledError: 'CONTINUE', nodes: [{ id: 'n', block: id, inputs }] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Note', document })
  const execution = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const result: Run = { outputs: [], error: undefined }
  for await (const event of await runtime.executions.follow(runtime.ownerId, execution.id, 0)) {
    if (event.type === 'NodeOutput') result.outputs.push([event.pin, event.value])
    if (event.type === 'NodeFinished') result.error = event.error
  }
  return result
}

const countOf = ({ outputs }: Run, pin: string): number => outputs.filter(([each]) => each === pin).length

// Facts that the tests of the blocks do not contain.
describe('a block of AutoGPT', () => {
  it('XMLParser rejects a text with two root elements', async () => {
    expect((await run('286380af-9529-4b55-8be0-1d7c854abdb5', { input_xml: '<a/><b/>' })).error?.code).toBe('BLOCK_FAILED')
  })

  it('ExtractTextInformation finds at most 1000 matches of 10 000 characters in a million characters', async () => {
    const id = '3146e4fe-2cdd-4f29-bd12-0c9d5bb4deb0'
    expect(countOf(await run(id, { text: 'a'.repeat(1500), pattern: 'a', find_all: true }), 'positive')).toBe(1000)
    const { outputs } = await run(id, { text: 'a'.repeat(20_000), pattern: 'a+' })
    expect((outputs[0]?.[1] as string).length).toBe(10_000)
    expect(countOf(await run(id, { text: `${' '.repeat(1_000_000)}b`, pattern: 'b' }), 'negative')).toBe(1)
  })

  it('FlattenList accepts at most 1000 levels', async () => {
    const nest = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 1)
    const id = 'cc45bb0f-d035-4756-96a7-fe3e36254b4d'
    expect((await run(id, { nested_list: nest(900) })).outputs).toContainEqual(['original_depth', 900])
    expect((await run(id, { nested_list: nest(1001) })).error?.code).toBe('BLOCK_FAILED')
  })

  it('StepThroughItems steps through a list of more than 10 000 items', async () => {
    const items = Array.from({ length: 10_500 }, (_, i) => i)
    expect(countOf(await run('f66a3543-28d3-4ab5-8945-9b336371e2ce', { items }), 'item')).toBe(10_500)
  })

  it('PersistInformation keeps a value for its graph or for all graphs', async () => {
    const [persist, retrieve] = ['1d055e55-a2b9-4547-8311-907d05b0304d', 'd8710fc9-6e29-481e-a7d5-165eb16f8471']
    for (const scope of ['within_agent', 'across_agents']) await run(persist, { key: 'k', value: 1, scope })
    expect((await run(retrieve, { key: 'k', default_value: 'none' })).outputs).toEqual([['value', 'none']])
    expect((await run(retrieve, { key: 'k', scope: 'across_agents' })).outputs).toEqual([['value', 1]])
  })

  it('FileStore and AgentFileInput store the file of a data URI', async () => {
    const file = 'data:text/plain,Hello'
    const [stored] = (await run('cbb50872-625b-42f0-8203-a2ae78242d8a', { file_in: file })).outputs
    expect(stored).toEqual(['file_out', expect.stringMatching(/\.txt$/)])
  })

  it('Note never runs', async () => {
    expect(await run('cc10ff7b-7753-4ff2-9af6-9399b1a7eddc', { text: 'x' })).toEqual({ outputs: [], error: undefined })
  })

  it('DataSampling accumulates the rows of the runs of its node', async () => {
    const nodes = [
      { id: 'each', block: 'logic/step-through', inputs: { items: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }] } },
      { id: 'sample', block: '4a448883-71fa-49cf-91cf-70d793bd7d87', inputs: { sample_size: 3, accumulate: true } },
    ]
    const document = { pairing: 'FIFO', nodes, links: [{ from: 'each.item', to: 'sample.data' }] }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Sample', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
    const sampled: unknown[] = []
    for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
      if (event.type === 'NodeOutput' && event.pin === 'sampled_data') sampled.push(event.value)
    expect(sampled).toHaveLength(1)
    expect(sampled[0]).toHaveLength(3)
  })
})
