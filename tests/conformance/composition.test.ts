import type { Block, JsonSchema } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/*
 * A block is useful if other blocks can produce its inputs and use its outputs. These tests count, for every block, the
 * other blocks whose pins have a type in common with its own. Pins that accept or produce any value do not count, and
 * neither do blocks that are not available yet: the catalogue does not suggest them.
 */

const MIN_NEIGHBOURS = 3

let runtime: TestRuntime
let pairs: { from: Block; to: Block }[]
beforeAll(async () => {
  runtime = await createTestRuntime()
  pairs = runtime.plugins.blocks().flatMap(listReceivers)
})
afterAll(() => runtime.close())

function listReceivers(from: Block): { from: Block; to: Block }[] {
  return Object.keys(from.outputSchema.properties ?? {}).flatMap((pin) => {
    const orderBy = { field: 'RELEVANCE', direction: 'DESC' } as const
    const request = { first: 10_000, orderBy, filter: {}, countTotal: false }
    const { items } = runtime.catalogue.suggestBlocks({ block: from.qualifiedName, pin }, request)
    return items.flatMap(({ item }) => (item.isTyped && item.block.id !== from.id ? [{ from, to: item.block }] : []))
  })
}

function countNeighbours(block: Block, side: 'from' | 'to'): number {
  const other = side === 'from' ? 'to' : 'from'
  return new Set(pairs.filter((pair) => pair[side] === block).map((pair) => pair[other])).size
}

/** Blocks with a pin of any type fit every block. Conditions take every boolean, calculations every number. */
function fitsAll(block: Block, side: 'inputSchema' | 'outputSchema'): boolean {
  const pins = Object.entries(block[side].properties ?? {}).filter(([, { hidden }]) => hidden !== true)
  const types = pins.map(([name, schema]) => schemaOf(block, side, name, schema))
  const open = types.some(({ type, anyOf, enum: choices }) => (type ?? anyOf ?? choices) === undefined)
  return (
    pins.length === 0 ||
    open ||
    (side === 'outputSchema' && types.some(({ type }) => ['boolean', 'number', 'integer'].includes(String(type))))
  )
}

/** A link to a pin that collects brings its items. */
function schemaOf(block: Block, side: 'inputSchema' | 'outputSchema', name: string, schema: JsonSchema): JsonSchema {
  return side === 'inputSchema' && block.collectPins.has(name) ? (schema.items ?? {}) : schema
}

describe('no block is an island', () => {
  it.each([
    ['outputs fit inputs of other blocks', 'outputSchema', 'from'],
    ['inputs can receive outputs of other blocks', 'inputSchema', 'to'],
  ] as const)('its %s', (_, schema, side) => {
    const available = runtime.plugins.blocks().filter(({ kind, unavailable }) => kind === 'standard' && unavailable === undefined)
    const typed = available.filter((block) => !fitsAll(block, schema))
    const islands = typed.filter((block) => countNeighbours(block, side) < MIN_NEIGHBOURS)
    expect(islands.map(({ qualifiedName }) => qualifiedName)).toEqual([])
  })
})
