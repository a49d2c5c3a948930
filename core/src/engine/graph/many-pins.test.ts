import { expect, it } from 'vitest'
import { describePins, type Block } from '../../blocks/index.ts'
import { documentSchema } from './document.ts'
import { withManyPins } from './many-pins.ts'

const INPUTS = { properties: { text: {}, repeat: { default: 1 }, size: { default: null } } }
const OUTPUTS = { properties: { out: { manyIf: ['repeat', 'size'] }, each: { many: true } } }
const BLOCK = { ...describePins(INPUTS, OUTPUTS), inputSchema: INPUTS, outputSchema: OUTPUTS } as unknown as Block

function manyPins(inputs: Record<string, unknown>, ...links: string[]): ReadonlySet<string> | undefined {
  const document = documentSchema.parse({
    nodes: [
      { id: 'a', block: 'test/a' },
      { id: 'b', block: 'test/b', inputs },
    ],
    links: links.map((to) => ({ from: 'a.each', to })),
  })
  const [, node] = document.nodes
  return node && withManyPins(document, () => BLOCK)(node).manyPins
}

it.each([{}, { text: 'x' }, { repeat: 1 }, { repeat: null, size: null }])('is not many with the inputs %j', (inputs) => {
  expect(manyPins(inputs, 'b.text')).toEqual(new Set(['each']))
})

it.each([{ repeat: 2 }, { size: 10 }, { size: 0 }])('is many with the inputs %j', (inputs) => {
  expect(manyPins(inputs)).toEqual(new Set(['each', 'out']))
})

it.each(['b.repeat', 'b.size_#_x'])('is many with a link to %s', (to) => {
  expect(manyPins({}, to)).toEqual(new Set(['each', 'out']))
})

it('does not depend on other nodes', () => {
  expect(manyPins({}, 'a.repeat')).toEqual(new Set(['each']))
})

it('returns the same block if it has no such pins', () => {
  const block = { ...BLOCK, manyIfPins: new Map() }
  const document = documentSchema.parse({ nodes: [{ id: 'a', block: 'test/a' }], links: [] })
  const [node] = document.nodes
  expect(node && withManyPins(document, () => block)(node)).toBe(block)
})
