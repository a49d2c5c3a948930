import { expect, it } from 'vitest'
import { planWith } from '../../../engine/simulation/fake-blocks.ts'
import { ArrivalPairing, Tag } from '../../../engine/pairing/index.ts'
import type { NodeError, NodeExecution } from '../../../engine/index.ts'
import type { Output } from './output.ts'
import { RunOutputs } from './run-outputs.ts'

interface Options {
  /** The number of outputs that the loop accepts at first. @default all */
  room?: number
  recorded?: Output[]
  refuse?: (pin: string) => NodeError | undefined
  ratePerSecond?: number
  pairing?: 'FIFO' | 'TAGGED'
}

/** A run whose loop accepts a limited number of outputs. */
function open({ room = Infinity, recorded = [], refuse, ratePerSecond, pairing = 'TAGGED' }: Options = {}) {
  const loop = ratePerSecond === undefined ? undefined : { ratePerSecond, window: 1000, budget: 1000 }
  const document = { nodes: [{ id: 'a', block: 'emit', ...(loop && { loop: { ratePerSecond } }) }] }
  const plan = { ...planWith({ emit: { run: () => ({ pairs: [] }), outputs: { n: { many: true } } } }, document), pairing }
  const run: NodeExecution = new ArrivalPairing(plan.nodes[0] as never, new Tag()).start()
  run.status = 'RUNNING'
  run.loop = { opened: 0, counts: new Map() } as never
  const state = {
    room,
    now: 0,
    log: [] as unknown[],
    timers: [] as { at: number; callback: () => void }[],
    errors: [] as unknown[],
  }
  const outputs = new RunOutputs(
    {
      journal: { committed: () => Promise.resolve() },
      async *readOutputs() {
        for (const { pin, value, k } of recorded) yield { pin, value, ...(k !== undefined && { k }) }
      },
      now: () => state.now,
      onError: (error) => state.errors.push(error),
      setTimer: (delayMs, callback) => {
        const timer = { at: state.now + delayMs, callback }
        state.timers.push(timer)
        return () => state.timers.splice(state.timers.indexOf(timer), 1)
      },
    },
    {
      scheduler: { plan, canAccept: () => state.room > 0, refuseOutput: (_run, pin) => refuse?.(pin) },
      entry: { executionId: 'e', fence: 1, parentId: null, lastSeq: 0, committedSeq: 0, lost: false },
      record: ({ pin, value, k }) => {
        state.room--
        run.outputs++
        if (run.loop && k === undefined) run.loop.opened++
        run.loop?.counts.set(pin, (run.loop.counts.get(pin) ?? 0) + 1)
        state.log.push(k === undefined ? value : [value, k])
      },
      fail: (failed, error) => {
        failed.status = 'FAILED'
        state.log.push(`failed ${error.code}: ${error.message}`)
      },
    },
  )
  return {
    state,
    run,
    outputs,
    control: outputs.control(run),
    yields: (...values: unknown[]) => values.forEach((value) => outputs.take(run, { pin: 'n', value, k: undefined })),
    ends: (hasFailed = false) => outputs.end(run, hasFailed, () => state.log.push('end')),
    grows(by: number): void {
      state.room = by
      outputs.accept(run)
    },
    /** Advances the clock to each due timer. */
    passes(ms: number): void {
      const until = state.now + ms
      for (
        let due = state.timers.findIndex(({ at }) => at <= until);
        due >= 0;
        due = state.timers.findIndex(({ at }) => at <= until)
      ) {
        const [timer] = state.timers.splice(due, 1)
        state.now = timer?.at ?? 0
        timer?.callback()
      }
      state.now = until
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const out = (value: unknown, k?: number): Output => ({ pin: 'n', value, k })

it('records outputs immediately while the loop accepts them', () => {
  const { yields, ends, state, control } = open()
  yields(1, 2)
  expect(control.more?.()).toBeUndefined()
  ends()
  expect(state.log).toEqual([1, 2, 'end'])
})

it('holds outputs in order, and the end behind them, until the loop accepts them', () => {
  const { yields, ends, grows, state } = open({ room: 1 })
  yields(1, 2, 3)
  ends()
  expect(state.log).toEqual([1])
  grows(1)
  expect(state.log).toEqual([1, 2])
  grows(5)
  expect(state.log).toEqual([1, 2, 3, 'end'])
})

it('lets the run continue when no output is held', async () => {
  const { yields, grows, control, state } = open({ room: 0 })
  yields(1, 2)
  let isFree = false
  void control.more?.()?.then(() => (isFree = true))
  grows(1)
  await settled()
  expect([isFree, state.log]).toEqual([false, [1]])
  grows(1)
  await settled()
  expect([isFree, state.log]).toEqual([true, [1, 2]])
})

it('discards held outputs of an aborted run', () => {
  const { yields, grows, outputs, run, state } = open({ room: 0 })
  yields(1)
  outputs.drop(run)
  grows(5)
  expect(state.log).toEqual([])
})

it('fails the run at an output that is refused, and records none after it', () => {
  const refusal = { code: 'PIN_NOT_MANY', message: 'no' }
  const { outputs, run, ends, grows, state } = open({ room: 0, refuse: (pin) => (pin === 'once' ? refusal : undefined) })
  for (const pin of ['n', 'once', 'n']) outputs.take(run, { pin, value: pin, k: undefined })
  ends()
  grows(5)
  expect(state.log).toEqual(['n', 'failed PIN_NOT_MANY: no'])
})

it('records at most as many iterations per second as the loop of the node allows', () => {
  const { yields, ends, passes, state, outputs } = open({ ratePerSecond: 10 })
  yields(1, 2, 3)
  ends()
  expect(state.log).toEqual([1])
  expect(outputs.hasTimers).toBe(true)
  passes(99)
  expect(state.log).toEqual([1])
  passes(1)
  expect(state.log).toEqual([1, 2])
  passes(1000)
  expect(state.log).toEqual([1, 2, 3, 'end'])
  expect(outputs.hasTimers).toBe(false)
})

it('does not save up unused time', () => {
  const { yields, passes, state } = open({ ratePerSecond: 10 })
  passes(10_000)
  yields(1, 2, 3)
  expect(state.log).toEqual([1])
})

it('counts the values of one iteration once', () => {
  const { outputs, run, state } = open({ ratePerSecond: 10 })
  outputs.take(run, out('a'))
  outputs.take(run, out('b', 0))
  expect(state.log).toEqual(['a', ['b', 0]])
})

it('waits for no timer of an aborted run', () => {
  const { yields, outputs, run, state } = open({ ratePerSecond: 10 })
  yields(1, 2)
  outputs.drop(run)
  expect(state.timers).toEqual([])
})

it('records the further outputs of a run that has repeated its earlier ones', async () => {
  const { run, control, yields, ends, state } = open({ recorded: [out({ a: 1, b: 2 }), out(2, 5)] })
  run.outputs = 2
  control.skipped?.(0, 'n', { b: 2, a: 1 })
  control.skipped?.(1, 'n', 2, 5)
  yields(3)
  ends()
  expect(state.log).toEqual([])
  await settled()
  expect(state.log).toEqual([3, 'end'])
  expect(state.errors).toEqual([])
})

it.each<[string, [pin: string, value: unknown, k?: number], string]>([
  ['value', ['n', 3], 'the value on "n" is 3, but was 2'],
  ['pin', ['m', 2], 'it yielded on "m", but before on "n"'],
  ['iteration', ['n', 2, 7], 'the value on "n" belongs to another iteration than before'],
])('fails a repeated run that yields another %s', async (_, [pin, value, k], message) => {
  const { run, control, yields, ends, state } = open({ recorded: [out(1), out(2)] })
  run.outputs = 2
  control.skipped?.(0, 'n', 1)
  control.skipped?.(1, pin, value, k)
  yields(3)
  ends()
  await settled()
  expect(state.log).toHaveLength(1)
  expect(state.log[0]).toContain(
    `failed NOT_DETERMINISTIC: block fake/emit did not repeat output 2 of its run: ${message}; a run`,
  )
})

it('fails a repeated run that succeeds with fewer outputs, but not one that fails', async () => {
  const [success, failure] = [open({ recorded: [out(1), out(2)] }), open({ recorded: [out(1), out(2)] })]
  for (const { run, control } of [success, failure]) {
    run.outputs = 2
    control.skipped?.(0, 'n', 1)
  }
  success.ends()
  failure.ends(true)
  await settled()
  expect(success.state.log[0]).toContain('did not repeat output 2 of its run: it ended after 1 outputs, but had yielded more')
  expect(failure.state.log).toEqual(['end'])
})

it('compares outputs that were held when the run was repeated, and records each once', async () => {
  const { run, control, yields, grows, ends, state } = open({ room: 1, recorded: [out(1)] })
  yields(1, 2, 3)
  for (const [i, value] of [1, 2, 3].entries()) control.skipped?.(i, 'n', value)
  yields(4)
  ends()
  grows(5)
  expect(state.log).toEqual([1])
  await settled()
  expect(run.outputs).toBe(4)
  expect(state.log).toEqual([1, 2, 3, 4, 'end'])
})

it('lets a repeated run continue once its repeated outputs are compared', async () => {
  const { run, control, state } = open({ recorded: [out(1), out(2)] })
  run.outputs = 2
  control.skipped?.(0, 'n', 1)
  const more = control.more?.()
  expect(more).toBeInstanceOf(Promise)
  await more
  control.skipped?.(1, 'n', 2)
  await settled()
  expect(control.more?.()).toBeUndefined()
  expect(state.log).toEqual([])
})

it('lets a repeated run sleep only after its further outputs are recorded', async () => {
  const { run, outputs, control, yields, state } = open({ recorded: [out(1)] })
  run.outputs = 1
  control.skipped?.(0, 'n', 1)
  yields(2)
  outputs.afterCheck(run, () => state.log.push('sleep'))
  await settled()
  expect(state.log).toEqual([2, 'sleep'])
})

it('starts the comparison again when the run is repeated again', async () => {
  const { run, control, yields, state } = open({ recorded: [out(1), out(2)] })
  run.outputs = 2
  control.skipped?.(0, 'n', 1)
  await settled()
  control.skipped?.(0, 'n', 1)
  control.skipped?.(1, 'n', 2)
  yields(3)
  await settled()
  expect(state.log).toEqual([3])
})

it('compares nothing in a graph that pairs values in the order of arrival', () => {
  expect(open({ pairing: 'FIFO' }).control.skipped).toBeUndefined()
})
