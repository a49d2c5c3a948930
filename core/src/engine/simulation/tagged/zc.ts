import { documentSchema, findFlowFaults } from '../../graph/index.ts'
import { checkCase } from './properties.ts'
import { fakeBlocks } from '../fake-blocks.ts'
import { toFakes } from './fakes.ts'
import type { ScriptedBlock } from '../reference/index.ts'
import { computeOutcome, showTag, stableText } from '../reference/index.ts'
const blocks: Record<string, ScriptedBlock> = {
  each: {
    outputs: { item: { many: true }, done: { done: true }, caught: { caught: true } },
    does: [{ each: { $in: 'list' }, do: [{ yield: 'item', value: { $item: 'item' } }] }],
  },
  pass: { does: [{ yield: 'out', value: { $in: 'a' } }] },
  fail: { does: [{ fail: 'bad' }] },
  join: { does: [{ yield: 'out', value: { $list: [{ $in: 'a' }, { $in: 'b' }] } }] },
  odd: { does: [{ when: { remainder: [{ $in: 'a' }, 2, 1] }, yield: 'out', value: { $in: 'a' } }] },
  collect: {
    inputs: { item: { collect: true }, loop: { loop: true } },
    does: [
      { yield: 'list', value: { $in: 'item' } },
      { yield: 'loop', value: { $in: 'loop' } },
    ],
  },
  add: { does: [{ yield: 'out', value: { $sum: [{ $in: 'a' }, { $in: 'b' }] } }] },
  limit: { does: [{ when: { not: { is: [{ $in: 'a' }, 13] } }, yield: 'out', value: { $in: 'a' } }] },
  merge: {
    inputs: { a: { optional: true }, b: { optional: true } },
    does: [{ yield: 'out', value: { $list: [{ $in: 'a' }, { $in: 'b' }] } }],
  },
  output: { kind: 'output' },
}
function show(title: string, nodes: [string, string, object?, object?][], links: string[]) {
  const document = documentSchema.parse({
    pairing: 'TAGGED',
    nodes: nodes.map(([id, block, inputs = {}, more]) => ({
      id,
      block,
      inputs: block === 'output' ? { name: id } : inputs,
      ...more,
    })),
    links: links.map((l) => {
      const [from, to, c] = l.split(' ')
      return { from, to, ...(c && { carry: true }) }
    }),
  })
  const o = computeOutcome(document, blocks)
  const f = findFlowFaults(document, ({ block }) => fakeBlocks(toFakes(blocks)).get(block))
  console.log('##', title, JSON.stringify(o.outputs), f)
  for (let seed = 0; seed < 20; seed++)
    try {
      checkCase({ document, blocks, seed })
    } catch (e) {
      console.log('  seed', seed, e instanceof Error ? e.message : e)
      break
    }
}
show(
  'late broadcast into an inner loop',
  [
    ['s', 'each', { list: [[1, 2], [3]] }],
    ['i', 'each'],
    ['x', 'pass', { a: 7 }],
    ['y', 'pass'],
    ['j', 'join'],
    ['c', 'collect'],
    ['out', 'output'],
  ],
  ['s.item i.list', 'i.item j.a', 'x.out y.a', 'y.out j.b', 'j.out c.item', 'c.list out.value'],
)
show(
  'late initial value of a carry',
  [
    ['s', 'each', { list: [1, 2] }],
    ['x', 'pass', { a: 7 }],
    ['y', 'pass'],
    ['r', 'add'],
    ['out', 'output'],
  ],
  ['s.item r.a', 'x.out y.a', 'y.out r.b', 'r.out r.b carry', 'r.out out.value'],
)
show(
  'fibonacci',
  [
    ['a0', 'pass', { a: 0 }],
    ['b0', 'pass', { a: 1 }],
    ['A', 'pass'],
    ['B', 'limit'],
    ['S', 'add'],
    ['out', 'output'],
  ],
  ['a0.out A.a', 'b0.out B.a', 'B.out A.a', 'A.out S.a', 'B.out S.b', 'S.out B.a', 'A.out out.value'],
)
show(
  'optional per item, required at the root',
  [
    ['s', 'each', { list: [1, 2] }],
    ['x', 'pass', { a: 7 }],
    ['m', 'merge'],
    ['out', 'output'],
  ],
  ['s.item m.a', 'x.out m.c', 'm.out out.value'],
)
show('no tool', [['s', 'pass', { a: 1 }]], [])
show(
  'caught into collect, nothing fails',
  [
    ['s', 'each', { list: [1, 2] }],
    ['c', 'collect'],
    ['out', 'output'],
  ],
  ['s.caught c.item', 'c.list out.value'],
)
show(
  'caught and item into collect',
  [
    ['s', 'each', { list: [1, 2] }],
    ['f', 'fail'],
    ['c', 'collect'],
    ['out', 'output'],
  ],
  ['s.item f.a', 's.caught_#_message c.item', 'f.out c.item', 'c.list out.value'],
)
import { simulate } from '../worker.ts'
import { toPlan } from '../fake-blocks.ts'
import { tagText } from './compare.ts'
{
  const bl: Record<string, ScriptedBlock> = {
    s: { does: [{ yield: 'out', value: 1 }] },
    n2: { inputs: { c: { optional: true } }, does: [{ yield: 'out', value: { $digest: 'out' } }] },
  }
  const document = documentSchema.parse({
    pairing: 'TAGGED',
    onUnhandledError: 'CONTINUE',
    budget: 20,
    nodes: [
      { id: 's0', block: 's' },
      { id: 'n1', block: 's' },
      { id: 'n2', block: 'n2' },
    ],
    links: [
      ['n1.out', 'n2.a'],
      ['n1.out', 'n2.c'],
      ['s0.out', 'n2.a'],
      ['n2.out', 'n2.c'],
    ].map(([from, to]) => ({ from, to })),
  })
  const sim = simulate(toPlan(fakeBlocks(toFakes(bl)), document), toFakes(bl))
  for (const r of sim.scheduler.nodeExecutions()) console.log(r.node.id, tagText(r.tag), r.status, r.error?.code, [...r.values])
}
