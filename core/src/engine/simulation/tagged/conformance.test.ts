import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { documentSchema, findFlowFaults } from '../../graph/index.ts'
import { mix } from '../cases.ts'
import { fakeBlocks } from '../fake-blocks.ts'
import type { ScriptedBlock } from '../reference/index.ts'
import { checkConformance, type ConformanceCase } from './conformance.ts'
import { toFakes } from './fakes.ts'

const FOLDER = new URL('../../../../../tests/conformance/semantics/', import.meta.url)
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))
const library = read('blocks.json') as Record<string, ScriptedBlock>
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json') && file !== 'blocks.json')

/** The oldest run first, the newest first, and two random orders. */
const orders = [0, 1, 2, 3].map((seed) => (choices: number, count: number): number => {
  if (seed < 2) return seed === 0 ? 0 : choices - 1
  return mix(seed, count) % choices
})

describe.each(files)('%s', (file) => {
  it.each((read(file) as ConformanceCase[]).map((each) => [each.name, each] as const))('%s', (_, given) => {
    const document = documentSchema.parse(given.document)
    const blocks = fakeBlocks(toFakes({ ...library, ...given.blocks }))
    const faults = findFlowFaults(document, ({ block }) => blocks.get(block)).map(({ path }) => path)
    expect(faults).toEqual(given.expected.faults ?? [])
    if (!given.expected.faults) orders.forEach((choose, i) => checkConformance(given, document, library, choose, i === 2))
  })
})

it('docs/semantics.md names cases that exist', () => {
  const page = readFileSync(new URL('../../../docs/semantics.md', FOLDER), 'utf8')
  const named = [...page.matchAll(/^(?:_Case: |- _)(.*)_$/gm)].map(([, name]) => name)
  const known = new Set(files.flatMap((file) => (read(file) as ConformanceCase[]).map(({ name }) => name)))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !known.has(name ?? ''))).toEqual([])
})
