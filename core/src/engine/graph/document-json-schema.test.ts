import { parseJson } from '@ashlar/sdk/json'
import { Ajv, type ValidateFunction } from 'ajv'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { documentJsonSchema } from './document-json-schema.ts'
import { readDocument } from './read-document.ts'

let validate: ValidateFunction
beforeAll(() => {
  validate = new Ajv().compile(documentJsonSchema())
})

const texts = ['', ' ', 'a', 'a.b', 'a.b c', 'a b.c', '.a', 'a.', 'a.\n', '\ud800', 'FAIL', 'FIFO', 'fifo', '__proto__']
const lengths = [99, 100, 101, 200, 201, 599, 600, 601]
const numbers = [0, -0, 1, -1, 0.5, 1.5, 1e4, 10_001, 1e6, 1e9, 1e9 + 1, 1e21, -1e300, 2 ** 53 - 1, 5e-324]
const odd = fc.oneof(
  fc.constantFrom<unknown>(...texts, ...numbers, null, true, false, 2n ** 53n, -(2n ** 70n)),
  fc.tuple(fc.constantFrom('x', '😀', '.', '\ud800'), fc.constantFrom(...lengths)).map(([text, length]) => text.repeat(length)),
  fc.jsonValue({ maxDepth: 1 }),
)
// zod leaves a key "__proto__" of a record out, as the value of such a key could not be used.
const key = fc.oneof(fc.constantFrom('x', 'github/github', '😀'.repeat(200), 'x'.repeat(201), '$schema', 'id'), fc.string())

/** Mostly well-formed, so that a single malformed field decides the result. */
const mostly = (valid: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary: valid, weight: 30 }, { arbitrary: odd, weight: 1 })
const int = (min: number, max: number) => mostly(fc.constantFrom(min, max))
const object = (fields: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[]) =>
  mostly(
    fc
      .tuple(
        fc.record(fields, { requiredKeys }),
        fc.oneof({ arbitrary: fc.constant({}), weight: 30 }, { arbitrary: fc.dictionary(key, odd, { maxKeys: 1 }), weight: 1 }),
        fc.oneof({ arbitrary: fc.constant(undefined), weight: 30 }, fc.constantFrom(...Object.keys(fields))),
      )
      .map(([known, unknown, left]) => {
        const given = Object.entries({ ...known, ...unknown }).filter(([name]) => name !== left)
        return Object.fromEntries(given)
      }),
  )
const node = object(
  {
    id: mostly(fc.constantFrom('a', 'x'.repeat(100), '😀'.repeat(100))),
    block: mostly(fc.constantFrom('io/note', '😀'.repeat(200))),
    inputs: mostly(fc.dictionary(key, odd, { maxKeys: 2 })),
    title: mostly(fc.string()),
    position: object({ x: mostly(fc.double({ noNaN: true, noDefaultInfinity: true })), y: int(-5, 5) }, ['x', 'y']),
    timeoutMs: int(1, 1_800_000),
    retry: object({ attempts: int(1, 20), backoffMs: int(0, 600_000), jitter: int(0, 1) }, ['attempts']),
    credentials: mostly(fc.dictionary(key, mostly(fc.constant('work')), { maxKeys: 2 })),
    loop: object({ concurrency: int(1, 1e4), ratePerSecond: int(5e-324, 1e4), window: int(1, 1e5), budget: int(1, 1e9) }, []),
    scope: mostly(fc.constant('a')),
  },
  ['id', 'block'],
)
const end = mostly(fc.constantFrom('a.b', 'a.b c', 'a.\ud800', `${'😀'.repeat(598)}.b`))
const document = object(
  {
    $schema: mostly(fc.string()),
    nodes: mostly(fc.array(node, { maxLength: 3 })),
    links: mostly(fc.array(object({ from: end, to: end, carry: mostly(fc.constant(true)) }, ['from', 'to']), { maxLength: 3 })),
    onUnhandledError: mostly(fc.constantFrom('FAIL', 'CONTINUE')),
    concurrency: int(1, 256),
    pairing: mostly(fc.constantFrom('TAGGED', 'FIFO')),
    budget: int(1, 1_000_000),
  },
  ['nodes'],
)

describe('the JSON Schema of documents', () => {
  it('accepts exactly the documents that have no faults in their form', () => {
    const seen = { valid: 0, invalid: 0 }
    fc.assert(
      fc.property(document, (value) => {
        const { faults } = readDocument(value)
        expect([validate(value), value]).toEqual([faults.length === 0, value])
        seen[faults.length === 0 ? 'valid' : 'invalid']++
      }),
      { numRuns: 2000 },
    )
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(200)
  })

  it.each([
    ['too many nodes', { nodes: Array.from({ length: 5001 }, () => ({ id: 'a', block: 'b' })) }],
    ['too many links', { nodes: [], links: Array.from({ length: 25_001 }, () => ({ from: 'a.b', to: 'a.b' })) }],
    ['a key "__proto__"', parseJson('{ "nodes": [{ "id": "a", "block": "b", "__proto__": {} }] }')],
    ['a list', []],
    ['null', null],
    ['text', '{}'],
  ])('rejects %s', (_title, value) => {
    expect([validate(value), readDocument(value).faults.length > 0]).toEqual([false, true])
  })

  it('describes every field', () => {
    const undescribed: string[] = []
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      const { properties = {}, items, description } = schema as { properties?: object; items?: unknown; description?: string }
      if (!description?.endsWith('.')) undescribed.push(path)
      for (const [name, property] of Object.entries(properties)) visit(property, `${path}.${name}`)
      if (items !== undefined) visit(items, `${path}[]`)
    }
    visit(documentJsonSchema(), 'document')
    expect(undescribed).toEqual([])
  })
})

describe('$schema', () => {
  it('is not part of a document that is read', () => {
    const read = readDocument({ $schema: 'http://localhost/schemas/graph-document.json', nodes: [] })
    expect(read.faults).toEqual([])
    expect(Object.keys(read.document ?? {})).not.toContain('$schema')
  })
})
