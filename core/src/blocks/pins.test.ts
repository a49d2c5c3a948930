import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonSchema } from '../pins/index.ts'
import { buildPlugin, toBlockManifest } from './block.ts'
import { manifestSchema } from './manifest.ts'
import { describePins, withNodePins } from './pins.ts'

const schemaOf = (schema: z.ZodObject, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema

it('lists the pins of each marker', () => {
  const input = z.object({
    items: z.array(z.unknown()).meta({ collect: true }),
    wrapped: z.array(z.string()).meta({ collect: true, paged: true }).default([]),
    rest: z.unknown().meta({ optional: true }),
    last: z.string().optional().meta({ latest: true }),
    reply: z.unknown().meta({ feedback: true }),
    facts: z.unknown().meta({ loop: true }),
    plain: z.string(),
  })
  const output = z.object({
    item: z.string().meta({ many: true }),
    made: z.string().meta({ many: true }).optional(),
    row: z.object({ a: z.string() }).meta({ id: 'Row', many: true }),
    end: z.int().meta({ done: true }),
    failed: z.unknown().meta({ caught: true }),
    plain: z.array(z.string().meta({ many: true })),
    maybe: z.string().meta({ manyIf: ['plain'] }),
  })
  expect(describePins(schemaOf(input, 'input'), schemaOf(output, 'output'))).toEqual({
    outputPins: new Set(['item', 'made', 'row', 'plain', 'maybe']),
    manyPins: new Set(['item', 'made', 'row']),
    loopPins: new Set(['item', 'made', 'row', 'maybe']),
    manyIfPins: new Map([['maybe', ['plain']]]),
    donePins: new Set(['end']),
    caughtPins: new Set(['failed']),
    collectPins: new Set(['items', 'wrapped']),
    pagedPins: new Set(['wrapped']),
    optionalPins: new Set(['rest']),
    latestPins: new Set(['last']),
    feedbackPins: new Set(['reply']),
    loopPin: 'facts',
  })
})

it('keeps markers of a transformed list', () => {
  const input = z.object({
    items: z
      .array(z.string())
      .transform(([first]) => first)
      .meta({ collect: true }),
  })
  expect(describePins(schemaOf(input, 'input'), {}).collectPins).toEqual(new Set(['items']))
})

it('has no pins for schemas without properties', () => {
  expect(describePins({}, {})).toMatchObject({ outputPins: undefined, manyPins: new Set(), loopPin: undefined })
})

it('returns the manifest of a block without what is derived from it', () => {
  const facts = { packageName: 'p', version: '1.0.0', builtin: false, bundle: { digest: 'd', code: '' } }
  const manifest = manifestSchema.parse({
    name: 'p',
    blocks: [
      {
        id: '55555555-0000-4000-8000-000000000001',
        name: 'get',
        description: '',
        category: 'TEST',
        kind: 'standard',
        staticOutput: false,
        serial: false,
        capabilities: {},
        onCrash: 'fail',
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object', properties: { item: { many: true } } },
        tests: [],
      },
    ],
  })
  expect(buildPlugin(facts, manifest).blocks.map(toBlockManifest)).toEqual(manifest.blocks)
})

describe('a pin that is many only in some nodes', () => {
  const inputSchema = { properties: { text: {}, repeat: { default: 1 }, size: { default: null } } }
  const outputSchema = { properties: { out: { manyIf: ['repeat', 'size'] }, each: { many: true } } }
  const block = { ...describePins(inputSchema, outputSchema), inputSchema }
  const manyPins = (constants: Record<string, unknown>, ...linked: string[]) =>
    withNodePins(block, constants, new Set(linked)).manyPins

  it.each([{}, { text: 'x' }, { repeat: 1 }, { repeat: null, size: null }])('is not many with the inputs %j', (constants) => {
    expect(manyPins(constants, 'text')).toEqual(new Set(['each']))
  })

  it.each([{ repeat: 2 }, { size: 10 }, { size: 0 }])('is many with the inputs %j', (constants) => {
    expect(manyPins(constants)).toEqual(new Set(['each', 'out']))
  })

  it('is many with a link', () => {
    expect(manyPins({}, 'size')).toEqual(new Set(['each', 'out']))
  })
})
