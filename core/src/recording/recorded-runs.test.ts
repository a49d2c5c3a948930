import { expect, it, vi } from 'vitest'
import type { Sandbox } from '../sandbox/index.ts'
import { createRecordedRuns, replaceRuns } from './recorded-runs.ts'

const run = (value: unknown, ...outputs: [string, unknown][]) => ({ inputs: { value }, outputs })

it('takes the runs of a node in order, by their inputs, and repeats the last one', () => {
  const [first, other, second] = [run(1, ['out', 'a']), run(2, ['out', 'b']), run(1, ['out', 'c'])]
  const runs = createRecordedRuns({ fetch: [first, other, second] })
  expect([1, 1, 2, 1].map((value) => runs.take('fetch', JSON.stringify({ value })))).toEqual([first, second, other, second])
  expect(runs.take('print', '{}')).toBeUndefined()
})

it('compares inputs whatever the order of their keys', () => {
  const both = { inputs: { a: 1, b: 2 }, outputs: [] }
  expect(createRecordedRuns({ n: [both] }).take('n', '{"b":2,"a":1}')).toBe(both)
})

it('reports inputs without a recorded run', () => {
  const runs = createRecordedRuns({ fetch: [run(1)], none: [] })
  expect(() => runs.take('fetch', '{"value":3}')).toThrow(
    'node "fetch" has no recorded run for the inputs {"value":3}; it has runs for {"value":1}. Record the case again, or add the run to "nodes"',
  )
  expect(() => runs.take('none', '{}')).toThrow('it has no recorded runs')
})

function wrap(recorded: Parameters<typeof createRecordedRuns>[0]) {
  const call = vi.fn<Sandbox['call']>(() => () => {})
  const sandbox = { call } as unknown as Sandbox
  const runs = createRecordedRuns(recorded)
  return { call, sandbox: replaceRuns(sandbox, () => runs) }
}

const request = (nodeId: string, input: unknown) =>
  ({ nodeId, input: () => JSON.stringify(input), stretch: '[]' }) as unknown as Parameters<Sandbox['call']>[0]

async function collect(sandbox: Sandbox, nodeId: string, input: unknown) {
  const events: unknown[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  sandbox.call(request(nodeId, input), {
    output: (pin, value) => void events.push([pin, value]),
    end: (error) => {
      events.push(error?.code ?? 'end')
      resolve()
    },
  })
  await promise
  return events
}

it('answers calls with recorded runs and their errors, without the sandbox', async () => {
  const failed = { ...run(2, ['out', 1]), error: { code: 'HTTP_FAILED', message: 'no' } }
  const unknown = { ...run(3), error: { code: 'NO_SUCH_CODE', message: 'no' } }
  const { sandbox, call } = wrap({ n: [run(1, ['out', 'a'], ['out', 'b']), failed, unknown] })
  expect(await collect(sandbox, 'n', { value: 1 })).toEqual([['out', 'a'], ['out', 'b'], 'end'])
  expect(await collect(sandbox, 'n', { value: 2 })).toEqual([['out', 1], 'HTTP_FAILED'])
  expect(await collect(sandbox, 'n', { value: 3 })).toEqual(['BLOCK_FAILED'])
  expect(await collect(sandbox, 'n', { value: 4 })).toEqual(['RECORDING_MISSING'])
  expect(call).not.toHaveBeenCalled()
})

it('passes on other calls without a stretch, and ends their sleeps immediately', async () => {
  const { sandbox, call } = wrap({ n: [] })
  const hostCall = vi.fn<NonNullable<Parameters<Sandbox['call']>[1]['hostCall']>>(() => Promise.resolve(1))
  sandbox.call(request('other', {}), { output: () => {}, end: () => {}, hostCall })
  const [passed, sink] = call.mock.calls[0] ?? []
  expect(passed).toMatchObject({ nodeId: 'other' })
  expect(passed).not.toHaveProperty('stretch')
  await sink?.hostCall?.('sleep.begin', [2, 60_000])
  await sink?.hostCall?.('storage.get', ['a', 'b'])
  expect(hostCall.mock.calls).toEqual([
    ['sleep.begin', [2, 0]],
    ['storage.get', ['a', 'b']],
  ])
})
