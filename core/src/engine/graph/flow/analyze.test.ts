import { expect, it } from 'vitest'
import { analyzeFlow } from './analyze.ts'
import { toFlow, type FlowNode } from './flow.ts'

const NONE: ReadonlySet<string> = new Set()
const PLAIN = {
  kind: 'standard',
  qualifiedName: 'test/plain',
  manyPins: NONE,
  feedbackPins: NONE,
  donePins: NONE,
  caughtPins: NONE,
  collectPins: NONE,
  optionalPins: NONE,
} as const
const LOOP = { ...PLAIN, manyPins: new Set(['item']), donePins: new Set(['done']), caughtPins: new Set(['caught']) }

/** How often the links of a node are read while a chain of loops is analyzed. */
function countReads(loops: number, more: (i: number) => string[]): number {
  const ids = Array.from({ length: loops }, (_, i) => i)
  const all = toFlow(
    ids.flatMap((i) => [
      { id: `loop${i}`, block: LOOP },
      { id: `inner${i}`, block: PLAIN },
    ]),
    ids.flatMap((i) => [`loop${i - 1}.done loop${i}.a`, `loop${i}.item inner${i}.a`, ...more(i)]).map(toLink),
  )
  let reads = 0
  for (const node of all) {
    const { outgoing } = node
    Object.defineProperty(node, 'outgoing', { get: () => (reads++, outgoing) satisfies FlowNode['outgoing'] })
  }
  expect(analyzeFlow(all).order).toHaveLength(all.length)
  return reads
}

function toLink(text: string) {
  const [[from, fromPin], [to, toPin]] = text.split(' ').map((end) => end.split('.')) as [string[], string[]]
  return { from: { node: from ?? '', pin: fromPin ?? '' }, to: { node: to ?? '', pin: toPin ?? '' }, carry: false }
}

it.each<[string, (i: number) => string[]]>([
  ['linked through done', () => []],
  ['whose nodes take the end of the loop before', (i) => [`loop${i - 1}.done inner${i}.b`]],
  ['whose nodes take the end of the last loop', (i) => [`loop99.done inner${i}.b`]],
])('reads each node a fixed number of times in a chain of loops %s', (_, more) => {
  const reads = countReads(200, more) / 400
  expect(countReads(2000, more) / 4000).toBeLessThanOrEqual(reads)
})
