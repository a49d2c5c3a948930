import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { apiKey, defineBlock, definePlugin, defineProvider, findDifference, hostScoped, userPassword } from './index.ts'

const identity = { id: '7e7c87ab-3469-4bcc-9abe-67705091b713', name: 'replace', description: '', category: 'TEXT' }
const pins = {
  input: z.object({ text: z.string(), times: z.number().default(1) }),
  output: z.object({ output: z.string(), count: z.number(), tools: z.unknown() }),
}

describe('defineBlock', () => {
  it('infers the types of inputs, yielded pairs and tests', () => {
    const block = defineBlock({
      ...identity,
      ...pins,
      tests: [
        {
          input: { text: 'a' },
          output: [
            ['output', 'a'],
            ['count', z.number()],
            ['output', (value: string) => value.length > 0],
            ['error', 'no'],
          ],
        },
        // @ts-expect-error -- the input text is missing
        { input: {}, output: [] },
        // @ts-expect-error -- count is a number
        { input: { text: 'a' }, output: [['count', 'one']] },
      ],
      async *run({ text, times }, { signal }) {
        const inferred: [string, number, boolean] = [text, times, signal.aborted]
        yield ['output', inferred[0]]
        yield ['error', 'message']
        yield ['tools_^_node_~_pin', { anything: true }]
      },
    })
    expect(block).toMatchObject({ ...identity, kind: 'standard', staticOutput: false, serial: false })
    defineBlock({
      ...identity,
      ...pins,
      tests: [],
      // @ts-expect-error -- there is no pin "outptu"
      *run() {
        yield ['outptu', 'a']
      },
    })
    defineBlock({
      ...identity,
      ...pins,
      tests: [],
      // @ts-expect-error -- count is a number
      *run() {
        yield ['count', 'one']
      },
    })
  })

  it('declares a block that cannot run yet without code and tests', () => {
    const block = defineBlock({ ...identity, ...pins, unavailable: 'approvals by a person' })
    expect(block).toMatchObject({ unavailable: 'approvals by a person', tests: [] })
    expect(() => block.run({} as never, {} as never)).toThrow(
      'block replace is not available yet: it needs approvals by a person',
    )
    // @ts-expect-error -- a block without the flag needs code and tests
    expect(defineBlock({ ...identity, ...pins })).not.toHaveProperty('unavailable')
  })

  it('infers the types of iterations', () => {
    const loop = {
      ...identity,
      input: z.object({}),
      output: z.object({ item: z.string().meta({ many: true }), index: z.int().meta({ many: true }) }),
    }
    const block = defineBlock({
      ...loop,
      tests: [
        { input: {}, output: [{ item: 'a', index: z.int() }, { item: (item: string) => item !== '' }, ['index', 1]] },
        // @ts-expect-error -- index is a number
        { input: {}, output: [{ item: 'a', index: 'one' }] },
        // @ts-expect-error -- there is no pin "itme"
        { input: {}, output: [{ itme: 'a' }] },
      ],
      *run() {
        yield { item: 'a', index: 0 }
        yield { item: 'b' }
        yield ['index', 1]
      },
    })
    expect(block.tests).toHaveLength(3)
    defineBlock({
      ...loop,
      tests: [],
      // @ts-expect-error -- index is a number
      *run() {
        yield { item: 'a', index: 'one' }
      },
    })
    defineBlock({
      ...loop,
      tests: [],
      // @ts-expect-error -- there is no pin "itme"
      *run() {
        yield { itme: 'a' }
      },
    })
  })

  it('allows tool pins only for a block with a pin "tools"', () => {
    const block = defineBlock({
      ...identity,
      input: z.object({}),
      output: z.object({ text: z.string() }),
      // @ts-expect-error -- there is no pin "tools"
      tests: [{ input: {}, output: [['tools_^_node_~_pin', 'a']] }],
      // @ts-expect-error -- nor here
      *run() {
        yield ['tools_^_node_~_pin', 'a']
      },
    })
    expect(block.tests).toHaveLength(1)
  })

  it('accepts pin metadata, costs by inputs, categories and a time limit', () => {
    const block = defineBlock({
      ...identity,
      input: z.object({
        size: z.enum(['small', 'large']).meta({ advanced: true, hidden: false, secret: false, placeholder: 'small' }),
      }),
      output: z.object({}),
      categories: ['AI'],
      synonyms: ['llm'],
      timeoutMs: 120_000,
      costs: [
        { amount: 5, when: { size: 'large' } },
        { amount: '0.000125', per: 'token' },
      ],
      tests: [],
      *run() {},
    })
    expect(block).toMatchObject({
      categories: ['AI'],
      synonyms: ['llm'],
      timeoutMs: 120_000,
      costs: [{ amount: 5 }, { per: 'token' }],
    })
    defineBlock({
      ...identity,
      ...pins,
      tests: [],
      // @ts-expect-error -- there is no input "size"
      costs: [{ amount: 1, when: { size: 'large' } }],
      *run() {},
    })
  })

  it.each([
    [{ id: 'nine' }, /id must be a lower-case UUID, got "nine"/],
    [{ name: 'Replace Text' }, /name must be like "replace-text", got "Replace Text"/],
    [{ output: z.object({ 'a_#_b': z.string() }) }, /pin name "a_#_b" must not/],
    [{ output: z.object({ a: z.int().meta({ done: true }) }) }, /^block replace: the output "a" is done, so the block must/],
    [{ output: z.object({ a: z.int().meta({ many: true, done: true }) }) }, /the output "a" is many and done/],
    [{ output: z.object({ a: z.int().meta({ many: true }).optional() }), staticOutput: true }, /must not have staticOutput/],
    [{ input: z.object({ a: z.string().meta({ collect: true }) }) }, /the input "a" is collect, so it must be a list/],
    [{ input: z.object({ a: z.string().meta({ latest: true, optional: true }) }) }, /the input "a" is optional and latest/],
    [{ input: z.object({ a: z.string().meta({ many: true }) }) }, /the input "a" is many, but an input can only be/],
  ])('rejects %o', (wrong, message) => {
    expect(() => defineBlock(Object.assign({ ...identity, ...pins, tests: [], *run() {} }, wrong as object))).toThrow(message)
  })
})

it.each([
  z.array(z.string()).meta({ collect: true }),
  z.array(z.string()).meta({ collect: true }).default([]),
  z.array(z.string()).optional().meta({ collect: true }),
  z.array(z.string()).meta({ collect: true }).min(1),
  z
    .array(z.string())
    .transform(([first]) => first)
    .meta({ collect: true }),
  z.preprocess((value) => value, z.array(z.string())).meta({ collect: true }),
])('accepts an input that collects and is wrapped, %#', (items) => {
  const input = z.object({ items, facts: z.unknown().meta({ loop: true }) })
  expect(() => defineBlock({ ...identity, input, output: z.object({}), tests: [], *run() {} })).not.toThrow()
  const { properties } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  expect(properties?.items).toMatchObject({ collect: true, type: 'array' })
})

describe('definePlugin', () => {
  it('rejects duplicate ids and names of blocks, and an invalid plugin name', () => {
    const block = defineBlock({ ...identity, ...pins, tests: [], *run() {} })
    expect(() => definePlugin({ name: 'text', blocks: [block, block] })).toThrow(/two blocks have the id/)
    expect(() => definePlugin({ name: 'My Plugin', blocks: [] })).toThrow(/plugin name must be like/)
  })
})

describe('defineProvider', () => {
  const github = { name: 'github', title: 'GitHub', hosts: ['api.github.com'] }

  it('accepts a header or a query parameter for a key', () => {
    expect(defineProvider({ ...github, auth: [apiKey(), userPassword()] }).auth).toEqual([
      { type: 'API_KEY', header: 'authorization', format: 'Bearer {key}' },
      { type: 'USER_PASSWORD' },
    ])
    expect(apiKey({ header: 'x-api-key' })).toEqual({ type: 'API_KEY', header: 'x-api-key', format: '{key}' })
    expect(apiKey({ query: 'key' })).toEqual({ type: 'API_KEY', query: 'key' })
  })

  it.each([
    [{ name: 'Git Hub' }, /provider name must be like/],
    [{ auth: [] }, /at least one entry/],
    [{ auth: [apiKey(), apiKey({ query: 'key' })] }, /at most one of each type/],
    [{ hosts: [] }, /hosts must not be empty/],
    [{ auth: [hostScoped()] }, /hosts must be empty, because each credential names its own hosts/],
  ])('rejects %j', (wrong, message) => {
    expect(() => defineProvider({ ...github, auth: [apiKey()], ...wrong })).toThrow(message)
  })

  it('rejects a format without the key', () => {
    expect(() => apiKey({ header: 'x', format: 'Key' })).toThrow(/must contain \{key\}/)
  })
})

describe('findDifference', () => {
  it.each([
    [[['out', 1]], [['out', 1]], undefined],
    [[['out', { a: [1, { b: 2 }], c: 3 }]], [['out', { c: 3, a: [1, { b: 2 }] }]], undefined],
    [[['out', z.string()]], [['out', 'any']], undefined],
    [[['out', (value: unknown) => value === 1]], [['out', 1]], undefined],
    [[['out', 1]], [['out', 2]], 'pair 1 on pin "out": expected 1, got 2'],
    [[['out', 1]], [['other', 1]], 'pair 1: expected pin "out", got "other" with 1'],
    [[['out', z.string()]], [['out', 1]], 'pair 1 on pin "out": expected a value of type string, got 1'],
    [[['out', 1]], [], 'pair 1: expected pin "out", but the block yielded no more pairs'],
    [[], [['out', 1]], 'pair 1: expected no more pairs, got pin "out" with 1'],
    [[], [['out', 'x'.repeat(200)]], `pair 1: expected no more pairs, got pin "out" with "${'x'.repeat(99)}…`],
    [[{ a: 1, b: z.string() }], [{ b: 'x', a: 1 }], undefined],
    [[{ a: 1 }], [{ a: 2 }], 'pair 1 on pin "a": expected 1, got 2'],
    [[{ a: 1, b: 2 }], [{ a: 1 }], 'pair 1: expected { a, b }, got {"a":1}'],
    [[{ a: 1 }], [['a', 1]], 'pair 1: expected { a }, got "a" with 1'],
    [[['a', 1]], [{ a: 1 }], 'pair 1: expected pin "a", got {"a":1}'],
    [[], [{ a: 1 }], 'pair 1: expected no more pairs, got {"a":1}'],
    [[{ a: 1 }], [], 'pair 1: expected { a }, but the block yielded no more pairs'],
    [[], [['error', 'x'.repeat(1999)]], `pair 1: expected no more pairs, got pin "error" with "${'x'.repeat(1999)}…`],
  ])('of %j and %j is %j', (expected, actual, difference) => {
    expect(findDifference(expected as never, actual as never)).toBe(difference)
  })
})
