import { expect, it } from 'vitest'
import { planWith, simulate, type FakeBlock } from './fake-blocks.ts'
import { fold } from './fold.ts'

const fakes: Record<string, FakeBlock> = {
  emit: { run: ({ values }) => ({ pairs: (values as unknown[]).map((value) => ['out', value]) }) },
  output: { kind: 'output', run: () => ({ pairs: [] }) },
}

it('leaves to do what arrived at an output of the graph and is not told yet in the journal', () => {
  const plan = planWith(fakes, {
    nodes: [
      { id: 'a', block: 'emit', inputs: { values: [1, 2] } },
      { id: 'o', block: 'output', inputs: { name: 'all' } },
      { id: 'p', block: 'output', inputs: { name: 'too' } },
    ],
    links: [
      { from: 'a.out', to: 'o.value' },
      { from: 'a.out', to: 'p.value' },
    ],
  })
  const { events } = simulate(plan, fakes)
  const untold = (count: number): unknown[] =>
    fold(plan, events.slice(0, count)).pending.flatMap((each) => (each.type === 'graph-output' ? [[each.name, each.value]] : []))
  const first = events.findIndex(({ type }) => type === 'GraphOutput')
  expect(untold(first)).toEqual([
    ['all', 1],
    ['too', 1],
  ])
  expect(untold(first + 1)).toEqual([['too', 1]])
  expect(untold(first + 2)).toEqual([])
  expect(untold(events.length)).toEqual([])
})
