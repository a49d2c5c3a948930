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
  ])('rejects %o', (wrong, message) => {
    expect(() => defineBlock(Object.assign({ ...identity, ...pins, tests: [], *run() {} }, wrong as object))).toThrow(message)
  })
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
    [[], [['error', 'x'.repeat(1999)]], `pair 1: expected no more pairs, got pin "error" with "${'x'.repeat(1999)}…`],
  ])('of %j and %j is %j', (expected, actual, difference) => {
    expect(findDifference(expected as never, actual as never)).toBe(difference)
  })
})
