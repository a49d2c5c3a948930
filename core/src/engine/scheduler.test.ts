import { describe, expect, it } from 'vitest'
import { planWith, type FakeBlock } from './simulation/fake-blocks.ts'
import { simulate, type Simulation, type SimulationOptions } from './simulation/worker.ts'
import { missingPins } from './pairing/index.ts'
import type { Decision } from './decisions.ts'
import { Scheduler } from './scheduler.ts'

const text = { type: 'string' }
const fakes: Record<string, FakeBlock> = {
  /** Yields each item of `values` on the pin `out`. */
  emit: { run: ({ values }) => ({ pairs: (values as unknown[]).map((value) => ['out', value]) }) },
  /** Yields its inputs. */
  echo: { run: (inputs) => ({ pairs: [['out', inputs]] }) },
  fixed: { run: ({ value }) => ({ pairs: [['out', value]] }), staticOutput: true },
  input: { kind: 'input', staticOutput: true, run: ({ value }) => ({ pairs: value === undefined ? [] : [['result', value]] }) },
  output: { kind: 'output', run: ({ value }) => ({ pairs: [['output', `<${String(value)}>`]] }) },
  note: { kind: 'note', run: () => ({ pairs: [['out', 'never']] }) },
  fail: { run: () => ({ pairs: [['out', 1]], error: { code: 'BLOCK_FAILED', message: 'no luck' } }) },
  /** Fails until its third attempt. */
  flaky: {
    run: (_inputs, attempt) =>
      attempt < 3
        ? { pairs: [], error: { code: 'SANDBOX_LOST', message: 'lost', retryable: true } }
        : { pairs: [['out', attempt]] },
  },
  serial: { serial: true, run: (inputs) => ({ pairs: [['out', inputs]] }) },
  typed: { inputs: { a: text, n: { type: 'integer' } }, run: (inputs) => ({ pairs: [['out', inputs]] }) },
  odd: { inputs: { constructor: text, toString: text }, run: () => ({ pairs: [] }) },
  tools: {
    run: () => ({
      pairs: [
        ['tools_^_b_~_x', 'for b'],
        ['tools_^_zzz_~_x', 'for an unknown node'],
      ],
    }),
  },
}

function run(document: object, options?: SimulationOptions): Simulation {
  return simulate(planWith(fakes, document), fakes, options)
}
function getInputs({ runs }: Simulation, node: string): Record<string, unknown>[] {
  return runs.filter(([name]) => name.startsWith(`${node}.`)).map(([, inputs]) => inputs)
}
const emit = (id: string, ...values: unknown[]) => ({ id, block: 'emit', inputs: { values } })

describe('a start (rules 1 to 3)', () => {
  it('runs nodes without an incoming link and input blocks, but no notes', () => {
    const { runs, end } = run({
      nodes: [
        { id: 'a', block: 'echo' },
        { id: 'in', block: 'input', inputs: { name: 'x', value: 1 } },
        { id: 'n', block: 'note' },
        { id: 'b', block: 'echo' },
      ],
      links: [
        { from: 'a.out', to: 'in.value' },
        { from: 'in.result', to: 'b.x' },
      ],
    })
    expect(runs.slice(0, 2).map(([name]) => name)).toEqual(['a.1', 'in.1'])
    expect(runs.some(([name]) => name.startsWith('n.'))).toBe(false)
    expect(end?.status).toBe('COMPLETED')
  })

  it('passes the inputs of the execution to input blocks by name', () => {
    const document = {
      nodes: [
        { id: 'in', block: 'input', inputs: { name: 'city', value: 'Rome' } },
        { id: 'b', block: 'echo' },
      ],
      links: [{ from: 'in.result', to: 'b.x' }],
    }
    expect(getInputs(run(document), 'b')).toEqual([{ x: 'Rome' }])
    expect(getInputs(run(document, { inputs: { city: 'Oslo' } }), 'b')).toEqual([{ x: 'Oslo' }])
  })
})

describe('a delivery (rules 4 to 8)', () => {
  it('delivers null from a plain pin, and nothing if a selector misses', () => {
    const { runs } = run({
      nodes: [
        emit('a', null, { k: 1 }, [5, 6]),
        { id: 'plain', block: 'echo' },
        { id: 'key', block: 'echo' },
        { id: 'item', block: 'echo' },
      ],
      links: [
        { from: 'a.out', to: 'plain.x' },
        { from: 'a.out_#_k', to: 'key.x' },
        { from: 'a.out_$_1', to: 'item.x' },
      ],
    })
    expect(runs.filter(([name]) => name.startsWith('plain')).map(([, inputs]) => inputs)).toEqual([
      {},
      { x: { k: 1 } },
      { x: [5, 6] },
    ])
    expect(runs.filter(([name]) => /^(key|item)/.test(name)).map(([name, inputs]) => [name, inputs])).toEqual([
      ['key.1', { x: 1 }],
      ['item.1', { x: 6 }],
    ])
  })

  it('pairs values first in, first out', () => {
    const sim = run({
      nodes: [emit('a', 1, 2, 3), emit('b', 'x', 'y'), { id: 'c', block: 'echo' }],
      links: [
        { from: 'a.out', to: 'c.n' },
        { from: 'b.out', to: 'c.s' },
      ],
    })
    expect(getInputs(sim, 'c')).toEqual([
      { n: 1, s: 'x' },
      { n: 2, s: 'y' },
    ])
    expect(
      sim.scheduler
        .nodeExecutions()
        .filter(({ status }) => status === 'INCOMPLETE')
        .map((each) => [each.node.id, each.n, missingPins(each)]),
    ).toEqual([['c', 3, ['s']]])
    expect(sim.end?.status).toBe('COMPLETED')
  })

  it('creates a node execution for every value of several links into one pin', () => {
    const sim = run({
      nodes: [emit('a', 1, 2), emit('b', 3), { id: 'c', block: 'echo' }],
      links: [
        { from: 'a.out', to: 'c.x' },
        { from: 'b.out', to: 'c.x' },
      ],
    })
    expect(
      getInputs(sim, 'c')
        .map(({ x }) => x)
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual([1, 2, 3])
  })

  it('reuses a static value for every node execution, including those that waited for it', () => {
    for (const choose of [() => 0, (n: number) => n - 1]) {
      const sim = run(
        {
          nodes: [emit('a', 1, 2, 3), { id: 's', block: 'fixed', inputs: { value: 'S' } }, { id: 'c', block: 'echo' }],
          links: [
            { from: 'a.out', to: 'c.x' },
            { from: 's.out', to: 'c.s' },
          ],
        },
        { choose },
      )
      expect(getInputs(sim, 'c')).toEqual([1, 2, 3].map((x) => ({ x, s: 'S' })))
    }
  })

  it('creates a node execution from static values only when all have arrived', () => {
    const sim = run({
      nodes: [
        { id: 's', block: 'fixed', inputs: { value: 1 } },
        { id: 't', block: 'fixed', inputs: { value: 2 } },
        { id: 'c', block: 'echo' },
        emit('n'),
        { id: 'd', block: 'echo' },
      ],
      links: [
        { from: 's.out', to: 'c.s' },
        { from: 't.out', to: 'c.t' },
        { from: 's.out', to: 'd.s' },
        { from: 'n.out', to: 'd.x' },
      ],
    })
    expect(getInputs(sim, 'c')).toEqual([{ s: 1, t: 2 }])
    expect(getInputs(sim, 'd')).toEqual([])
  })

  it('merges sub-pins into the constant of their pin', () => {
    const sim = run({
      nodes: [emit('a', 'x'), emit('b', 'y'), { id: 'c', block: 'echo', inputs: { m: { keep: 1, k: 'old' } } }],
      links: [
        { from: 'a.out', to: 'c.m_#_k' },
        { from: 'b.out', to: 'c.l_$_2' },
        { from: 'b.out', to: 'c.m_#_deep_$_1_@_z' },
      ],
    })
    expect(getInputs(sim, 'c')).toEqual([{ m: { keep: 1, k: 'x', deep: [null, { z: 'y' }] }, l: [null, null, 'y'] }])
  })

  it('fails a run whose list index is not a whole number', () => {
    const { end } = run({ nodes: [emit('a', 1), { id: 'c', block: 'echo' }], links: [{ from: 'a.out', to: 'c.l_$_x' }] })
    expect(end).toMatchObject({ status: 'FAILED', reason: { code: 'BLOCK_INPUT_INVALID', node: 'c' } })
  })

  it('sets no input for a pin with the name of a property of Object.prototype', () => {
    const document = { nodes: [{ id: 'c', block: 'odd' }] }
    expect(getInputs(run(document), 'c').map((inputs) => Object.entries(inputs))).toEqual([[]])
  })

  it('drops null inputs and converts the others to their type', () => {
    const sim = run({
      nodes: [emit('a', null), { id: 'c', block: 'typed', inputs: { n: '41.9' } }],
      links: [{ from: 'a.out', to: 'c.a' }],
    })
    expect(getInputs(sim, 'c')).toEqual([{ n: 41 }])
  })
})

describe('a run (rules 10 to 14, 16)', () => {
  it('respects the concurrency of the graph, and runs a serial block once at a time', () => {
    const maxConcurrent = (block: string, concurrency: number): number => {
      const document = { concurrency, nodes: [emit('a', 1, 2, 3, 4), { id: 'c', block }], links: [{ from: 'a.out', to: 'c.x' }] }
      let most = 0
      const { events } = run(document)
      for (let i = 0, atOnce = 0; i < events.length; i++) {
        const event = events[i]
        if (event && 'node' in event && event.node === 'c')
          atOnce += event.type === 'NodeStarted' ? 1 : event.type === 'NodeFinished' ? -1 : 0
        most = Math.max(most, atOnce)
      }
      return most
    }
    expect(maxConcurrent('echo', 16)).toBe(4)
    expect(maxConcurrent('echo', 3)).toBe(3)
    expect(maxConcurrent('serial', 16)).toBe(1)
  })

  it('runs each node in the order of its queue when serial blocks are held back', () => {
    const values = Array.from({ length: 50 }, (_, i) => i)
    const nodes = [emit('a', ...values), { id: 's', block: 'serial' }, { id: 't', block: 'serial' }, { id: 'c', block: 'echo' }]
    const links = ['s.x', 't.x', 'c.x'].map((to) => ({ from: 'a.out', to }))
    const sim = run({ concurrency: 3, nodes, links })
    for (const node of ['s', 't', 'c']) expect(getInputs(sim, node)).toEqual(values.map((x) => ({ x })))
    const cut = run({ concurrency: 3, budget: 40, nodes, links })
    expect(cut.end).toMatchObject({ status: 'FAILED', reason: { code: 'BUDGET_EXCEEDED' } })
  })

  it('delivers the values before a failure, and its message on the pin "error"', () => {
    const sim = run({
      nodes: [
        { id: 'f', block: 'fail' },
        { id: 'ok', block: 'echo' },
        { id: 'handler', block: 'echo' },
      ],
      links: [
        { from: 'f.out', to: 'ok.x' },
        { from: 'f.error', to: 'handler.message' },
      ],
    })
    expect(getInputs(sim, 'ok')).toEqual([{ x: 1 }])
    expect(getInputs(sim, 'handler')).toEqual([{ message: 'no luck' }])
    expect(sim.end).toMatchObject({ status: 'COMPLETED', failedNodes: ['f'] })
  })

  it('ends FAILED after an unhandled failure, unless the graph sets CONTINUE', () => {
    const document = {
      nodes: [
        { id: 'f', block: 'fail' },
        { id: 'other', block: 'echo' },
      ],
    }
    expect(run(document).end).toMatchObject({
      status: 'FAILED',
      failedNodes: ['f'],
      reason: { code: 'BLOCK_FAILED', message: 'node "f" (fake/fail): no luck', node: 'f' },
    })
    expect(run({ ...document, onUnhandledError: 'CONTINUE' }).end).toEqual({
      type: 'end',
      status: 'COMPLETED',
      outputs: {},
      failedNodes: ['f'],
    })
  })

  it('repeats a retryable failure as often as the node allows', () => {
    const document = (attempts: number) => ({
      nodes: [
        { id: 'f', block: 'flaky', retry: { attempts } },
        { id: 'c', block: 'echo' },
      ],
      links: [{ from: 'f.out', to: 'c.x' }],
    })
    expect(getInputs(run(document(3)), 'c')).toEqual([{ x: 3 }])
    expect(run(document(2)).end).toMatchObject({ status: 'FAILED', reason: { code: 'SANDBOX_LOST' } })
  })

  it('runs cycles until the budget is spent', () => {
    const sim = run({
      budget: 50,
      nodes: [emit('a', 1), { id: 'b', block: 'echo' }],
      links: [
        { from: 'a.out', to: 'b.x' },
        { from: 'b.out', to: 'b.x' },
      ],
    })
    expect(sim.end).toMatchObject({
      status: 'FAILED',
      reason: {
        code: 'BUDGET_EXCEEDED',
        node: 'b',
        message:
          'the graph exhausted its budget of 50 node executions, most of them in "b" 49, "a" 1, in the cycle "b" → "b": ' +
          'set "budget" in the graph document to a larger number, at most 1000000, or check why the cycle never ends',
      },
    })
    expect(sim.runs).toHaveLength(50)
  })

  it('cancels ready node executions when the budget is exceeded', () => {
    const { scheduler } = run({
      budget: 2,
      nodes: [emit('a', 1), { id: 'b', block: 'echo' }, { id: 'c', block: 'echo' }, { id: 'd', block: 'echo' }],
      links: [
        { from: 'a.out', to: 'b.x' },
        { from: 'a.out', to: 'c.x' },
        { from: 'a.out', to: 'd.x' },
        { from: 'c.out', to: 'd.y' },
      ],
    })
    expect(scheduler.nodeExecutions().map((each) => [each.node.id, each.status, missingPins(each)])).toEqual([
      ['a', 'CANCELLED', []],
      ['b', 'CANCELLED', []],
      ['c', 'CANCELLED', []],
      ['d', 'INCOMPLETE', ['y']],
    ])
  })

  it('delivers a tool pin only to its node and pin', () => {
    const sim = run({
      nodes: [
        { id: 'a', block: 'tools' },
        { id: 'b', block: 'echo' },
        { id: 'c', block: 'echo' },
      ],
      links: [
        { from: 'a.tools', to: 'b.x' },
        { from: 'a.tools', to: 'c.x' },
      ],
    })
    expect(getInputs(sim, 'b')).toEqual([{ x: 'for b' }])
    expect(getInputs(sim, 'c')).toEqual([])
  })
})

describe('a sleep (rule 19)', () => {
  const stepping = (document: object): Scheduler => {
    const scheduler = new Scheduler(planWith(fakes, document))
    scheduler.step({ type: 'start', inputs: {} })
    return scheduler
  }
  const a = { node: 'a', n: 1 }
  const statuses = (scheduler: Scheduler): string[] =>
    scheduler.nodeExecutions().map(({ node, n, status }) => `${node.id}.${n} ${status}`)
  const ran = (decisions: readonly Decision[]): string[] =>
    decisions.flatMap((each) => (each.type === 'run' ? [`${each.run.node.id}.${each.run.n}`] : []))

  it('frees its slot, and takes the next free slot after the sleep', () => {
    const scheduler = stepping({
      concurrency: 1,
      nodes: ['a', 'b', 'c'].map((id) => ({ id, block: 'echo' })),
    })
    expect(ran(scheduler.step({ type: 'wait', ...a, sleep: 1, until: 5 }))).toEqual(['b.1'])
    expect(statuses(scheduler)).toEqual(['a.1 WAITING', 'b.1 RUNNING', 'c.1 QUEUED'])
    expect(ran(scheduler.step({ type: 'resume', ...a }))).toEqual([])
    expect(statuses(scheduler)).toEqual(['a.1 QUEUED', 'b.1 RUNNING', 'c.1 QUEUED'])
    expect(ran(scheduler.step({ type: 'finish', node: 'b', n: 1 }))).toEqual(['a.1'])
    expect(scheduler.nodeExecution('a', 1)).toMatchObject({ status: 'RUNNING', attempt: 1, slept: 1, currentSleep: undefined })
  })

  it('occupies a serial node', () => {
    const scheduler = stepping({
      nodes: [
        { id: 'two', block: 'echo' },
        { id: 'a', block: 'serial' },
      ],
      links: [{ from: 'two.out', to: 'a.x' }],
    })
    const output = { type: 'output', node: 'two', n: 1, pin: 'out', value: 1 } as const
    expect(ran(scheduler.step(output))).toEqual(['a.1'])
    scheduler.step({ type: 'wait', ...a, sleep: 1, until: 5 })
    expect(ran(scheduler.step(output))).toEqual([])
    expect(ran(scheduler.step({ type: 'resume', ...a }))).toEqual(['a.1'])
    expect(ran(scheduler.step({ type: 'finish', ...a }))).toEqual(['a.2'])
  })

  it('prevents the execution from completing, and is cancelled with it', () => {
    const scheduler = stepping({ nodes: [{ id: 'a', block: 'echo' }] })
    scheduler.step({ type: 'wait', ...a, sleep: 1, until: 5 })
    expect(scheduler.status).toBe('RUNNING')
    scheduler.step({ type: 'cancel', reason: { code: 'CANCELLED', message: 'enough' } })
    expect(statuses(scheduler)).toEqual(['a.1 CANCELLED'])
    expect(scheduler.step({ type: 'resume', ...a })).toEqual([])
  })

  it('accepts journaled results of a run that sleeps or waits for a slot after a sleep', () => {
    const scheduler = stepping({ concurrency: 1, nodes: ['a', 'b', 'c'].map((id) => ({ id, block: 'echo' })) })
    scheduler.step({ type: 'wait', ...a, sleep: 1, until: 5 })
    scheduler.step({ type: 'output', ...a, pin: 'out', value: 1 })
    scheduler.step({ type: 'resume', ...a })
    scheduler.step({ type: 'finish', ...a })
    expect(statuses(scheduler)).toEqual(['a.1 COMPLETED', 'b.1 RUNNING', 'c.1 QUEUED'])
    expect(ran(scheduler.step({ type: 'finish', node: 'b', n: 1 }))).toEqual(['c.1'])
  })
})

describe('outputs and ends (rules 17 and 18)', () => {
  it('collects the values that arrive at output blocks, unformatted, in order of arrival', () => {
    const { end } = run({
      nodes: [emit('a', 1, 2, 3), { id: 'o', block: 'output', inputs: { name: 'numbers', format: 'x' } }],
      links: [{ from: 'a.out', to: 'o.value' }],
    })
    expect(end).toMatchObject({ status: 'COMPLETED', outputs: { numbers: [1, 2, 3] } })
  })

  it('collects the merged sub-pins of an output block, but nothing if a list index is not a whole number', () => {
    const { end } = run({
      onUnhandledError: 'CONTINUE',
      nodes: [
        emit('a', 1),
        { id: 'o', block: 'output', inputs: { name: 'made', value: { c: 0 } } },
        { id: 'p', block: 'output', inputs: { name: 'never' } },
      ],
      links: [
        { from: 'a.out', to: 'o.value_#_k' },
        { from: 'a.out', to: 'o.value_@_l_$_1' },
        { from: 'a.out', to: 'p.value_$_x' },
      ],
    })
    expect(end).toMatchObject({ status: 'COMPLETED', outputs: { made: [{ c: 0, k: 1, l: [null, 1] }] }, failedNodes: ['p'] })
    expect(end?.outputs).not.toHaveProperty('never')
  })

  it('ignores all events after the end', () => {
    const { scheduler } = run({ nodes: [{ id: 'a', block: 'echo' }] })
    expect(scheduler.step({ type: 'output', node: 'a', n: 1, pin: 'out', value: 1 })).toEqual([])
    expect(scheduler.step({ type: 'cancel', reason: { code: 'CANCELLED', message: '' } })).toEqual([])
    expect(scheduler.status).toBe('COMPLETED')
  })

  it('does not start after a cancellation', () => {
    const queued = new Scheduler(planWith(fakes, { nodes: [{ id: 'a', block: 'echo' }] }))
    const reason = { code: 'CANCELLED', message: 'enough' }
    expect(queued.step({ type: 'cancel', reason })).toEqual([
      { type: 'end', status: 'CANCELLED', outputs: {}, failedNodes: [], reason },
    ])
    expect(queued.step({ type: 'start', inputs: {} })).toEqual([])
    expect(queued.status).toBe('CANCELLED')
  })

  it('aborts running blocks when it is cancelled', () => {
    const { scheduler } = run(
      { nodes: [emit('a', 1), { id: 'b', block: 'echo' }], links: [{ from: 'a.out', to: 'b.x' }] },
      { stopAfter: 4 },
    )
    const decisions = scheduler.step({ type: 'cancel', reason: { code: 'CANCELLED', message: 'enough' } })
    expect(decisions.map(({ type }) => type)).toEqual(['abort', 'abort', 'end'])
    expect(scheduler.nodeExecutions().map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED'])
  })
})

it('reaches the same end when it resumes from the journal after any event', () => {
  const document = {
    nodes: [
      emit('a', 1, 2, 3),
      { id: 's', block: 'fixed', inputs: { value: 'S' } },
      { id: 'c', block: 'echo' },
      { id: 'f', block: 'flaky', retry: { attempts: 3 } },
      { id: 'o', block: 'output', inputs: { name: 'all' } },
    ],
    links: [
      { from: 'a.out', to: 'c.x' },
      { from: 's.out', to: 'c.s' },
      { from: 'c.out', to: 'o.value' },
      { from: 'f.out', to: 'o.value' },
    ],
  }
  const plan = planWith(fakes, document)
  const whole = simulate(plan, fakes)
  for (let stopAfter = 1; stopAfter < whole.events.length; stopAfter++) {
    const { events } = simulate(plan, fakes, { stopAfter })
    const resumed = simulate(plan, fakes, { events })
    expect(sortedOutputs(resumed)).toEqual(sortedOutputs(whole))
    expect(resumed.end?.status).toBe('COMPLETED')
  }
})

function sortedOutputs({ end }: Simulation): unknown {
  return Object.entries(end?.outputs ?? {}).map(([name, values]) => [
    name,
    values.map((value) => JSON.stringify(value)).toSorted(),
  ])
}
