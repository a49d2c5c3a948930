import { describe, expect, it } from 'vitest'
import { eventsToRepeat, eventsToRetry } from './continue.ts'
import type { JournalEvent } from './events.ts'
import { planWith, type FakeBlock } from './simulation/fake-blocks.ts'
import { simulate, type Simulation } from './simulation/worker.ts'
import { documentSchema, findFlowFaults } from './graph/index.ts'
import { fakeBlocks } from './simulation/fake-blocks.ts'
import { mix } from './simulation/cases.ts'

const many = { many: true }
const list = { type: 'array', items: {}, collect: true }
const blocks: Record<string, FakeBlock> = {
  input: { kind: 'input', staticOutput: true, run: ({ value }) => ({ pairs: [['result', value]] }) },
  output: { kind: 'output', run: () => ({ pairs: [] }), inputs: { value: {} } },
  each: {
    outputs: { item: many, index: many, done: { done: true }, caught: { caught: true } },
    run: ({ items, failsAfter }) => {
      const all = items as unknown[]
      const kept = failsAfter === undefined ? all : all.slice(0, failsAfter as number)
      const pairs = kept.flatMap((item, i): [string, unknown][] => [
        ['item', item],
        ['index', i],
      ])
      return failsAfter === undefined ? { pairs } : { pairs, error: { code: 'BLOCK_FAILED', message: 'no more' } }
    },
  },
  step: { run: ({ a }) => ({ pairs: [['out', `${String(a)}!`]] }) },
  join: {
    run: (inputs) => ({
      pairs: [
        [
          'out',
          Object.values({ a: inputs.a, b: inputs.b, c: inputs.c })
            .filter((value) => value !== undefined)
            .join(''),
        ],
      ],
    }),
  },
  odd: { run: ({ a }) => ({ pairs: [[Number(a) % 2 === 1 ? 'yes' : 'no', a]] }) },
  fail: {
    run: ({ a, on }) =>
      a === on ? { pairs: [], error: { code: 'BLOCK_FAILED', message: `bad ${String(a)}` } } : { pairs: [['out', a]] },
  },
  collect: {
    inputs: { item: list, error: { ...list, optional: true }, loop: { loop: true } },
    run: ({ item, error, loop }) => ({
      pairs: [['list', item], ['loop', loop], ...(error ? [['errors', error] as [string, unknown]] : [])],
    }),
  },
  merge: {
    inputs: { a: { optional: true }, b: { optional: true } },
    run: ({ a, b }) => ({ pairs: [['out', [a ?? null, b ?? null]]] }),
  },
  twice: {
    run: () => ({
      pairs: [
        ['out', 1],
        ['out', 2],
      ],
    }),
  },
  add: { run: ({ a, b }) => ({ pairs: [['out', Number(a) + Number(b)]] }) },
  less: { run: ({ a, than }) => ({ pairs: [[Number(a) < Number(than) ? 'yes' : 'no', Number(a) + 1]] }) },
}

/** `each in.result -> each.items` per line; nodes are `id block {json}`. */
function run(
  nodes: Record<string, [string, object?, object?]>,
  links: string[],
  inputs: Record<string, unknown>,
  seed = 0,
): Simulation {
  const document = toDocument(nodes, links)
  const plan = planWith(blocks, document)
  const choose = (choices: number, count: number): number => (seed === 0 ? 0 : mix(seed, count) % choices)
  return simulate(plan, blocks, { inputs, choose })
}

function toDocument(nodes: Record<string, [string, object?, object?]>, links: string[]): object {
  return {
    pairing: 'TAGGED',
    nodes: Object.entries(nodes).map(([id, [block, inputs = {}, rest = {}]]) => ({
      id,
      block,
      inputs: block === 'input' || block === 'output' ? { name: id, ...inputs } : inputs,
      ...rest,
    })),
    links: links.map((link) => {
      const [from = '', arrow = '', to = ''] = link.split(' ')
      return { from, to, ...(arrow === '=>' && { carry: true }) }
    }),
  }
}

const orders = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

function always(nodes: Record<string, [string, object?, object?]>, links: string[], inputs: Record<string, unknown>): unknown {
  const ends = orders.map((seed) => JSON.stringify(run(nodes, links, inputs, seed).end))
  expect(new Set(ends).size).toBe(1)
  return (JSON.parse(ends[0] ?? 'null') as { outputs: unknown }).outputs
}

describe('values with tags', () => {
  it('meet the values of the same iteration', () => {
    const outputs = always(
      { l: ['input'], s: ['each'], slow: ['step'], j: ['join'], r: ['output'] },
      ['l.result -> s.items', 's.item -> slow.a', 's.item -> j.a', 'slow.out -> j.b', 'j.out -> r.value'],
      { l: [1, 2, 3, 4] },
    )
    expect(outputs).toEqual({ r: ['11!', '22!', '33!', '44!'] })
  })

  it('pass a filter with their own items', () => {
    const outputs = always(
      { l: ['input'], s: ['each'], f: ['odd'], j: ['join'], r: ['output'] },
      ['l.result -> s.items', 's.item -> f.a', 's.item -> j.a', 'f.yes -> j.b', 'j.out -> r.value'],
      { l: [1, 2, 3, 4] },
    )
    expect(outputs).toEqual({ r: ['11', '33'] })
  })

  it('meet a value from outside of the loop, whenever it arrives', () => {
    const outputs = always(
      { l: ['input'], x: ['input'], y: ['step'], s: ['each'], j: ['join'], r: ['output'] },
      ['l.result -> s.items', 'x.result -> y.a', 's.item -> j.a', 'y.out -> j.b', 'j.out -> r.value'],
      { l: [1, 2, 3], x: 'x' },
    )
    expect(outputs).toEqual({ r: ['1x!', '2x!', '3x!'] })
  })

  it.each([[[1, 2, 3, 4]], [[]], [[2]]])('are collected in order from %j', (l) => {
    const outputs = always(
      { l: ['input'], s: ['each'], f: ['odd'], st: ['step'], c: ['collect'], r: ['output'], i: ['output'], d: ['output'] },
      [
        'l.result -> s.items',
        's.item -> f.a',
        'f.yes -> st.a',
        'st.out -> c.item',
        'c.list -> r.value',
        'c.loop -> i.value',
        's.done -> d.value',
      ],
      { l },
    )
    const odd = l.filter((each) => each % 2 === 1)
    expect(outputs).toEqual({
      r: [odd.map((each) => `${each}!`)],
      i: [{ iterations: l.length, dropped: l.length - odd.length, failure: null }],
      d: [l.length],
    })
  })

  it('of nested loops are collected by the inner and by the outer loop', () => {
    const nodes = {
      l: ['input'],
      o: ['each'],
      n: ['each'],
      st: ['step'],
      c: ['collect'],
      r: ['output'],
      all: ['collect', {}, { scope: 'o' }],
      a: ['output'],
      cc: ['collect'],
      rr: ['output'],
    } as Record<string, [string, object?, object?]>
    const outputs = always(
      nodes,
      [
        'l.result -> o.items',
        'o.item -> n.items',
        'n.item -> st.a',
        'st.out -> c.item',
        'c.list -> r.value',
        'st.out -> all.item',
        'all.list -> a.value',
        'c.list -> cc.item',
        'cc.list -> rr.value',
      ],
      { l: [[1, 2], [], [3]] },
    )
    expect(outputs).toEqual({
      r: [['1!', '2!'], [], ['3!']],
      a: [['1!', '2!', '3!']],
      rr: [[['1!', '2!'], [], ['3!']]],
    })
  })

  it('run a merge with what arrived', () => {
    const outputs = always(
      { l: ['input'], s: ['each'], f: ['odd'], st: ['step'], m: ['merge'], c: ['collect'], r: ['output'] },
      [
        'l.result -> s.items',
        's.item -> f.a',
        'f.yes -> st.a',
        'st.out -> m.a',
        'f.no -> m.b',
        'm.out -> c.item',
        'c.list -> r.value',
      ],
      { l: [1, 2, 3] },
    )
    expect(outputs).toEqual({
      r: [
        [
          ['1!', null],
          [null, 2],
          ['3!', null],
        ],
      ],
    })
  })

  it('that fail are caught or collected', () => {
    const nodes = {
      l: ['input'],
      s: ['each'],
      f: ['fail', { on: 2 }],
      c: ['collect'],
      r: ['output'],
      e: ['output'],
      k: ['collect'],
      ks: ['output'],
    } as Record<string, [string, object?, object?]>
    const outputs = always(
      nodes,
      [
        'l.result -> s.items',
        's.item -> f.a',
        'f.out -> c.item',
        'c.list -> r.value',
        's.caught -> k.item',
        'k.list -> ks.value',
      ],
      { l: [1, 2, 3] },
    )
    expect(outputs).toEqual({ r: [[1, 3]], ks: [[{ message: 'bad 2', code: 'BLOCK_FAILED', nodeId: 'f', index: 1 }]] })
    const handled = always(
      nodes,
      [
        'l.result -> s.items',
        's.item -> f.a',
        'f.out -> c.item',
        'f.error -> c.error',
        'c.list -> r.value',
        'c.errors -> e.value',
      ],
      { l: [1, 2, 3] },
    )
    expect(handled).toEqual({ r: [[1, 3]], e: [['bad 2']] })
  })

  it('of a producer that fails are no complete list', () => {
    const { end, scheduler } = run(
      { l: ['input'], s: ['each', { failsAfter: 2 }], c: ['collect'], r: ['output'], e: ['output'], x: ['output'] },
      ['l.result -> s.items', 's.item -> c.item', 's.error -> x.value', 'c.error -> e.value'],
      { l: [1, 2, 3] },
    )
    expect(end).toMatchObject({ status: 'COMPLETED', failedNodes: ['s', 'c'] })
    expect(scheduler.nodeExecution('c', 1)?.error?.code).toBe('LOOP_INCOMPLETE')
  })

  it('carry to the next iteration', () => {
    const outputs = always(
      { l: ['input'], s: ['each'], f: ['odd'], sum: ['add', { a: 100 }], c: ['collect'], r: ['output'] },
      ['l.result -> s.items', 's.item -> f.a', 'f.yes -> sum.b', 'sum.out => sum.a', 'sum.out -> c.item', 'c.list -> r.value'],
      { l: [1, 2, 3, 4, 5] },
    )
    expect(outputs).toEqual({ r: [[101, 104, 109]] })
  })

  it('of a cycle go from turn to turn and leave with their turn', () => {
    const outputs = always(
      { x: ['input'], n: ['input'], t: ['less'], j: ['join'], c: ['collect'], r: ['output'], o: ['output'], last: ['output'] },
      [
        'x.result -> t.a',
        'n.result -> t.than',
        't.yes -> t.a',
        't.yes -> j.a',
        'n.result -> j.b',
        'j.out -> c.item',
        'c.list -> r.value',
        't.no -> last.value',
      ],
      { x: 0, n: 3 },
    )
    expect(outputs).toEqual({ r: [['13', '23', '33']], last: [4] })
  })

  it('must not come twice from a pin that is not many', () => {
    const { end } = run({ t: ['twice'], s: ['step'] }, ['t.out -> s.a'], {})
    expect(end?.reason).toMatchObject({ code: 'PIN_NOT_MANY', node: 't' })
  })

  it('of several links combine, unless they come through different links of one pin', () => {
    const outputs = always(
      { x: ['input'], y: ['input'], a: ['step'], b: ['step'], c: ['step'], j: ['join'], r: ['output'] },
      ['x.result -> a.a', 'y.result -> a.a', 'a.out -> b.a', 'a.out -> c.a', 'b.out -> j.a', 'c.out -> j.b', 'j.out -> r.value'],
      { x: 'x', y: 'y' },
    )
    expect(outputs).toEqual({ r: ['x!!x!!', 'y!!y!!'] })
  })

  it('of two loops must not meet', () => {
    const document = documentSchema.parse(
      toDocument({ l: ['input'], s: ['each'], t: ['each'], j: ['join'] }, [
        'l.result -> s.items',
        'l.result -> t.items',
        's.item -> j.a',
        't.item -> j.b',
      ]),
    )
    const known = fakeBlocks(blocks)
    expect(findFlowFaults(document, ({ block }) => known.get(block))).toMatchObject([{ path: 'nodes.j' }])
  })

  it('wait while a window is full', () => {
    const { end, scheduler } = run(
      { l: ['input'], s: ['each', {}, { loop: { concurrency: 1 } }], st: ['step'], c: ['collect'], r: ['output'] },
      ['l.result -> s.items', 's.item -> st.a', 'st.out -> c.item', 'c.list -> r.value'],
      { l: [1, 2, 3] },
      5,
    )
    expect(end?.outputs).toEqual({ r: [['1!', '2!', '3!']] })
    expect(scheduler.scopes().map(({ opened, alive }) => [opened, alive])).toEqual([[3, 0]])
  })
})

describe('a graph', () => {
  const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`)

  it('may nest at most 32 loops', () => {
    const nodes = Object.fromEntries(ids(34).map((id): [string, [string]] => [id, ['each']]))
    const links = ids(33).map((id, i) => `${id}.item -> n${i + 1}.items`)
    const known = fakeBlocks(blocks)
    const faults = findFlowFaults(documentSchema.parse(toDocument(nodes, links)), ({ block }) => known.get(block))
    expect(faults).toMatchObject([{ path: 'nodes.n33', message: expect.stringContaining('more than 32 loops') as string }])
  })

  it('may not have thousands of pins that wait for all others', () => {
    const nodes = Object.fromEntries(ids(1500).map((id): [string, [string]] => [id, ['merge']]))
    const links = ids(1499).flatMap((id, i) => [`${id}.out -> n${i + 1}.a`, `${id}.out -> n${i + 1}.b`])
    expect(() => planWith(blocks, toDocument(nodes, links))).toThrow('too many pins of this graph wait')
  })
})

describe('a journal', () => {
  const nodes: Record<string, [string, object?, object?]> = {
    l: ['input'],
    s: ['each'],
    f: ['fail', { on: 2 }],
    m: ['merge'],
    c: ['collect'],
    st: ['step'],
    r: ['output'],
  }
  const links = ['l.result -> s.items', 's.item -> f.a', 'f.out -> m.a', 's.index -> m.b', 'm.out -> c.item', 'c.list -> r.value']
  const plan = planWith(blocks, { ...toDocument(nodes, links), onUnhandledError: 'CONTINUE' })
  const repaired = {
    ...blocks,
    fail: { run: ({ a }: Record<string, unknown>) => ({ pairs: [['out', a] as [string, unknown]] }) },
  }
  const journal = (events: Simulation['events']): JournalEvent[] => events.map((event, i) => ({ ...event, seq: i + 1, at: 0 }))

  it.each(orders)('of a failed iteration is continued without what followed from the failure, in order %i', (seed) => {
    const choose = (choices: number, count: number): number => mix(seed, count) % choices
    const failed = simulate(plan, blocks, { inputs: { l: [1, 2, 3] }, choose })
    expect(failed.end?.outputs).toEqual({
      r: [
        [
          [1, 0],
          [null, 1],
          [3, 2],
        ],
      ],
    })
    const events = eventsToRetry(plan, journal(failed.events))
    const retried = simulate(plan, repaired, { events, choose })
    expect(retried.end).toMatchObject({
      status: 'COMPLETED',
      outputs: {
        r: [
          [
            [1, 0],
            [2, 1],
            [3, 2],
          ],
        ],
      },
    })
    expect(retried.runs.map(([run]) => run.split('.')[0]).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'c',
      'f',
      'm',
      'r',
    ])
  })

  it.each(orders)('is repeated for one iteration, with everything else as before, in order %i', (seed) => {
    const choose = (choices: number, count: number): number => mix(seed, count) % choices
    const failed = simulate(plan, blocks, { inputs: { l: [1, 2, 3] }, choose })
    const events = eventsToRepeat(plan, journal(failed.events), { node: 's', n: 1, index: 1 })
    const repeated = simulate(plan, repaired, { events, choose })
    expect(repeated.end).toMatchObject({
      status: 'COMPLETED',
      outputs: {
        r: [
          [
            [1, 0],
            [2, 1],
            [3, 2],
          ],
        ],
      },
    })
    expect(repeated.runs.map(([run]) => run.split('.')[0]).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'c',
      'f',
      'm',
      'r',
    ])
  })

  it.each([
    ['s', 1, 7, 'the loop of node execution 1 of "s" has the iterations 0 to 2, got 7: name an iteration that exists'],
    ['s', 1, -1, 'the loop of node execution 1 of "s" has the iterations 0 to 2, got -1: name an iteration that exists'],
    ['s', 2, 0, 'node "s" has no node execution 2 that has started; those from 1 to 1 that have started can be replayed'],
    ['f', 1, 0, 'node "f" starts no loop: name the node execution that produced the loop, or leave out "iteration"'],
    ['x', 1, 0, 'this execution has not started a node "x"; "nodeExecutions" of the execution lists those that it has'],
  ])('is not repeated for an iteration that does not exist: %s %i [%i]', (node, n, index, message) => {
    const { events } = simulate(plan, blocks, { inputs: { l: [1, 2, 3] } })
    expect(() => eventsToRepeat(plan, journal(events), { node, n, index })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message }),
    )
  })

  it.each([
    [[], 'has no iterations, got 1: leave out "iteration" to repeat the node execution'],
    [[1], 'has only iteration 0, got 1: name an iteration that exists'],
  ])('names the iterations of the loop over %j', (l, message) => {
    const { events } = simulate(plan, blocks, { inputs: { l } })
    const error = expect.objectContaining({ message: `the loop of node execution 1 of "s" ${message}` }) as Error
    expect(() => eventsToRepeat(plan, journal(events), { node: 's', n: 1, index: 1 })).toThrow(error)
  })
})
