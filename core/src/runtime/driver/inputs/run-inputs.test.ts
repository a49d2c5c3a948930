import { expect, it } from 'vitest'
import { AshlarError } from '../../../base/index.ts'
import { Scheduler, type Decision, type ExecutionEvent, type NodeExecution } from '../../../engine/index.ts'
import { planWith, type FakeBlock } from '../../../engine/simulation/fake-blocks.ts'
import { hasGatheredList, RunInputs, type RunInputsParts } from './run-inputs.ts'

const list = { type: 'array', items: { type: 'string' }, collect: true }
const fakes: Record<string, FakeBlock> = {
  emit: { run: () => ({ pairs: [] }), outputs: { n: { many: true } } },
  whole: { run: () => ({ pairs: [] }), inputs: { item: list } },
  pages: { run: () => ({ pairs: [] }), inputs: { item: { ...list, paged: true } } },
}

/** A collect node whose values are the events 1, 2, 3 … of a journal. */
function open(sink: string, values: readonly unknown[], parts: Partial<RunInputsParts> = {}) {
  const document = {
    pairing: 'TAGGED',
    nodes: [
      { id: 'a', block: 'emit' },
      { id: 'b', block: sink, inputs: { other: 'x' } },
    ],
    links: [{ from: 'a.n', to: 'b.item' }],
  }
  const scheduler = new Scheduler(planWith(fakes, document), { maxGatheredChars: 0 })
  const journal = values.map((value): ExecutionEvent => ({ type: 'NodeOutput', node: 'a', n: 1, pin: 'n', value }))
  scheduler.step({ type: 'start', inputs: {} })
  for (const [i, value] of values.entries()) scheduler.step({ type: 'output', node: 'a', n: 1, pin: 'n', value }, i + 1)
  const run = scheduler.step({ type: 'finish', node: 'a', n: 1 }).find(isRun)?.run as NodeExecution
  const reads: number[] = []
  const errors: unknown[] = []
  const entry = { executionId: 'e', fence: 1, parentId: null, lastSeq: 0, committedSeq: 0, lost: false }
  const inputs = new RunInputs(
    {
      journal: { committed: () => Promise.resolve() },
      readEventsAt: (_entry, seqs) => {
        reads.push(seqs.length)
        return Promise.resolve(new Map(seqs.map((seq) => [seq, journal[seq - 1] as ExecutionEvent])))
      },
      onError: (error) => errors.push(error),
      ...parts,
    },
    { entry, resolveInputs: (of, onConverted) => scheduler.resolveInputs(of, onConverted), retryMs: 1 },
  )
  return { run, inputs, reads, errors, entry, read: (isWanted = true) => inputs.read(run, () => isWanted) }
}

function isRun(decision: Decision): decision is Extract<Decision, { type: 'run' }> {
  return decision.type === 'run'
}

it('reads a list page by page, and converts each value to the type of the items', async () => {
  const values = Array.from({ length: 12_000 }, (_, i) => (i % 2 === 0 ? i : `${i}`))
  const { run, read, reads } = open('whole', values)
  expect(hasGatheredList(run)).toBe(true)
  expect(JSON.parse(String(await read()))).toEqual({ other: 'x', item: values.map(String) })
  expect(reads).toEqual([5000, 5000, 2000])
})

it('passes the number of values to a paged pin, and the values in pages', async () => {
  const { run, inputs, read } = open('pages', ['a', 2, 'c'])
  expect(JSON.parse(String(await read()))).toEqual({ other: 'x', item: { count: 3 } })
  expect(await inputs.readPage(run, ['item', 0])).toEqual(['a', '2', 'c'])
  expect(await inputs.readPage(run, ['item', 2])).toEqual(['c'])
  expect(await inputs.readPage(run, ['item', 3])).toEqual([])
})

it.each([[['other', 0]], [['item', -1]], [['item', 'x']], [[]], [[1, 0]]])('rejects the request of a page %j', async (args) => {
  const { run, inputs } = open('pages', ['a'])
  await expect(inputs.readPage(run, args)).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it('repeats a read that fails, and reports the failure', async () => {
  let failures = 2
  const events = new Map([[1, { type: 'NodeOutput', node: 'a', n: 1, pin: 'n', value: 'a' } as ExecutionEvent]])
  const readEventsAt = (): Promise<ReadonlyMap<number, ExecutionEvent>> =>
    failures-- > 0 ? Promise.reject(new Error('connection lost')) : Promise.resolve(events)
  const { read, errors } = open('whole', ['a'], { readEventsAt })
  expect(await read()).toBe('{"other":"x","item":["a"]}')
  expect(errors).toHaveLength(2)
})

it('fails the run if the journal is unreadable or lacks an event', async () => {
  const unreadable = open('whole', ['a'], {
    readEventsAt: () => Promise.reject(new AshlarError('JOURNAL_UNREADABLE', 'bad row')),
  })
  expect(await unreadable.read()).toMatchObject({ code: 'JOURNAL_UNREADABLE', message: 'bad row' })
  const incomplete = open('whole', ['a'], { readEventsAt: () => Promise.resolve(new Map()) })
  expect(await incomplete.read()).toMatchObject({ code: 'JOURNAL_UNREADABLE' })
})

it('reads nothing for a run that has ended, or once it is stopped or its lease is lost', async () => {
  expect(await open('whole', ['a']).read(false)).toBeUndefined()
  const [stopped, lost] = [open('pages', ['a']), open('whole', ['a'])]
  stopped.inputs.stop()
  await expect(stopped.inputs.readPage(stopped.run, ['item', 0])).rejects.toMatchObject({ code: 'CANCELLED' })
  lost.entry.lost = true
  expect(await lost.read()).toBeUndefined()
  expect([...stopped.reads, ...lost.reads]).toEqual([])
})

it('fails a run whose list is too long before it reads the list', async () => {
  const { read, reads } = open('whole', Array<string>(40).fill('x'.repeat(2 ** 20)))
  expect(await read()).toMatchObject({ code: 'INPUT_LIMIT' })
  expect(reads).toEqual([])
})
