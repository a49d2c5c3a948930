import { expect, it } from 'vitest'
import { planWith, type FakeBlock } from '../../engine/simulation/fake-blocks.ts'
import { LossLog } from './loss-log.ts'
import { coerceInputs, type NodeExecution } from '../../engine/index.ts'
import { ArrivalPairing, Tag } from '../../engine/pairing/index.ts'

const fakes: Record<string, FakeBlock> = {
  emit: { run: () => ({ pairs: [] }) },
  get: {
    run: () => ({ pairs: [] }),
    inputs: {
      count: { type: 'number' },
      numbers: { type: 'array', items: { type: 'integer' } },
      flag: { type: 'boolean' },
      text: { type: 'string' },
    },
  },
}

/** A log for a plan in which `a` has links to `get`. */
function createLog(pins: string[] = [], constants: Record<string, unknown> = {}) {
  const plan = planWith(fakes, {
    nodes: [
      { id: 'a', block: 'emit' },
      { id: 'get', block: 'get', inputs: constants },
    ],
    links: pins.map((pin, i) => ({ from: `a.out${i}`, to: `get.${pin}` })),
  })
  const lines: string[] = []
  const log = new LossLog(plan, (event) => event.type === 'NodeLog' && lines.push(event.text))
  const node = plan.byId.get('get')
  if (!node) throw new Error('no node')
  const run: NodeExecution = new ArrivalPairing(node, new Tag()).start()
  const convert = (inputs: Record<string, unknown>) => {
    for (const pin of pins) run.values.set(pin, inputs[pin])
    coerceInputs(node, inputs, log.watch(run))
    return lines
  }
  return { convert }
}

it('names the link, the value and the result if a text that is not a number becomes 0', () => {
  expect(createLog(['count']).convert({ count: '12 kg' })).toEqual([
    'link a.out0 → get.count: the pin requires a number, got the text "12 kg", which became 0',
  ])
})

it('names the input of a constant', () => {
  expect(createLog([], { flag: 'yes' }).convert({ flag: 'yes' })).toEqual([
    'input "flag": the pin requires a boolean, got the text "yes", which became false',
  ])
})

it('names each link through which a value may have arrived', () => {
  const [line] = createLog(['count', 'count']).convert({ count: [7] })
  expect(line).toBe(
    'one of the links a.out0 → get.count, a.out1 → get.count: the pin requires a number, got the list [7], which became 1',
  )
})

it('describes an item of a list', () => {
  expect(createLog(['numbers']).convert({ numbers: [1, 2.5] })).toEqual([
    'link a.out0 → get.numbers: the pin requires a list of whole numbers, got the list of numbers [1,2.5], which became [1,2]',
  ])
})

it('logs neither values that keep their meaning nor reversible conversions', () => {
  const log = createLog(['count', 'flag', 'text', 'numbers'])
  expect(log.convert({ count: '12', flag: 'TRUE', text: { a: 1 }, numbers: [1, '2'] })).toEqual([])
})

it('stops after 100 lines of a node', () => {
  const { convert } = createLog(['count'])
  for (let i = 0; i < 200; i++) convert({ count: 'x' })
  const lines = convert({ count: 'x' })
  expect(lines).toHaveLength(101)
  expect(lines.at(-1)).toBe('further values of node "get" that lose their meaning are not logged')
})
