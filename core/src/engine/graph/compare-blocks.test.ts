import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../pins/index.ts'
import { buildPlugin, type Block } from '../../blocks/index.ts'
import { compareBlocks, type BlockUse } from './compare-blocks.ts'

interface Facts {
  inputs?: Record<string, JsonSchema>
  required?: string[]
  outputs?: Record<string, JsonSchema>
  storage?: ('graph' | 'user')[]
}

function createBlock({ inputs = {}, required = [], outputs = {}, storage }: Facts): Block {
  const facts = { packageName: 'p', version: '1.0.0', builtin: false, bundle: { digest: 'd', code: '' } }
  const manifest = {
    id: 'aaaaaaaa-0000-4000-8000-000000000001',
    name: 'b',
    description: '',
    category: '',
    categories: [],
    synonyms: [],
    icon: 'box',
    costs: [],
    kind: 'standard' as const,
    staticOutput: false,
    serial: false,
    onCrash: 'fail' as const,
    tests: [],
    capabilities: storage ? { storage } : {},
    inputSchema: { type: 'object', properties: inputs, required },
    outputSchema: { type: 'object', properties: outputs },
  }
  const [block] = buildPlugin(facts, { name: 'p', providers: [], blocks: [manifest] }).blocks
  if (!block) throw new Error('there is no block')
  return block
}

interface Change {
  constants?: Record<string, unknown>
  in?: string[]
  out?: string[]
  isTagged?: boolean
}

const use = (change: Change = {}): BlockUse => ({
  constants: change.constants ?? {},
  linkedInputs: new Set(change.in ?? []),
  linkedOutputs: new Set(change.out ?? []),
  isTagged: change.isTagged ?? true,
})

const text: JsonSchema = { type: 'string' }
const number: JsonSchema = { type: 'number' }
const ab: JsonSchema = { enum: ['a', 'b'] }
const cd: JsonSchema = { enum: ['c', 'd'] }

describe('compares a pinned block with an installed block', () => {
  it.each<[string, Facts, Facts | undefined, BlockUse, [kind: string, pin: string | null, breaking: boolean][]]>([
    ['that is identical', { inputs: { a: text } }, { inputs: { a: text } }, use(), []],
    ['that is missing', {}, undefined, use(), [['BLOCK_REMOVED', null, true]]],
    ['with an additional optional input', {}, { inputs: { a: text } }, use(), []],
    ['with another description', { inputs: { a: text } }, { inputs: { a: { ...text, description: 'x' } } }, use(), []],
    [
      'with other hints for editors',
      { inputs: { a: text } },
      { inputs: { a: { ...text, placeholder: 'x', advanced: true, hidden: true, secret: true } } },
      use(),
      [],
    ],
    [
      'without an input that the node sets to a constant',
      { inputs: { a: text } },
      {},
      use({ constants: { a: 'x' } }),
      [['PIN_REMOVED', 'inputs.a', true]],
    ],
    ['without an input that has a link', { inputs: { a: text } }, {}, use({ in: ['a'] }), [['PIN_REMOVED', 'inputs.a', true]]],
    ['without an input that the node does not use', { inputs: { a: text } }, {}, use(), [['PIN_REMOVED', 'inputs.a', false]]],
    [
      'without an input of which the node sets a sub-pin',
      { inputs: { a: {} } },
      {},
      use({ constants: { 'a_#_k': 1 } }),
      [['PIN_REMOVED', 'inputs.a', true]],
    ],
    [
      'without an output that has a link',
      { outputs: { o: text } },
      {},
      use({ out: ['o'] }),
      [['PIN_REMOVED', 'outputs.o', true]],
    ],
    ['without an output that the node does not use', { outputs: { o: text } }, {}, use(), [['PIN_REMOVED', 'outputs.o', false]]],
    ['with a new required input', {}, { inputs: { a: text }, required: ['a'] }, use(), [['PIN_REQUIRED', 'inputs.a', true]]],
    [
      'that requires an input that has a link',
      { inputs: { a: text } },
      { inputs: { a: text }, required: ['a'] },
      use({ in: ['a'] }),
      [['PIN_REQUIRED', 'inputs.a', false]],
    ],
    [
      'that requires an input that the node sets to null',
      { inputs: { a: text } },
      { inputs: { a: text }, required: ['a'] },
      use({ constants: { a: null } }),
      [['PIN_REQUIRED', 'inputs.a', true]],
    ],
    ['that no longer requires an input', { inputs: { a: text }, required: ['a'] }, { inputs: { a: text } }, use(), []],
    [
      'with an input type to which values are converted',
      { inputs: { a: text } },
      { inputs: { a: number } },
      use({ in: ['a'] }),
      [['PIN_CHANGED', 'inputs.a', false]],
    ],
    [
      'with an input type that rejects the constant of the node',
      { inputs: { a: text } },
      { inputs: { a: ab } },
      use({ constants: { a: 'c' } }),
      [['PIN_CHANGED', 'inputs.a', true]],
    ],
    [
      'with an input type that accepts the constant of the node',
      { inputs: { a: text } },
      { inputs: { a: number } },
      use({ constants: { a: '7' } }),
      [['PIN_CHANGED', 'inputs.a', false]],
    ],
    [
      'with other choices of an input',
      { inputs: { a: ab } },
      { inputs: { a: cd } },
      use({ in: ['a'] }),
      [['PIN_CHANGED', 'inputs.a', true]],
    ],
    [
      'with other choices of an output',
      { outputs: { o: ab } },
      { outputs: { o: cd } },
      use({ out: ['o'] }),
      [['PIN_CHANGED', 'outputs.o', true]],
    ],
    [
      'with another output type',
      { outputs: { o: text } },
      { outputs: { o: number } },
      use({ out: ['o'] }),
      [['PIN_CHANGED', 'outputs.o', false]],
    ],
    [
      'with an additional capability',
      { storage: ['graph'] },
      { storage: ['graph', 'user'] },
      use(),
      [['CAPABILITY_ADDED', null, false]],
    ],
    [
      'with an output that has become many and has a link',
      { outputs: { o: text } },
      { outputs: { o: { ...text, many: true } } },
      use({ out: ['o'] }),
      [['PIN_CHANGED', 'outputs.o', true]],
    ],
    [
      'with an output that has become many and that the node does not use',
      { outputs: { o: text } },
      { outputs: { o: { ...text, many: true } } },
      use(),
      [['PIN_CHANGED', 'outputs.o', false]],
    ],
    [
      'with an output that has become many, in a graph that ignores markers',
      { outputs: { o: text } },
      { outputs: { o: { ...text, many: true } } },
      use({ out: ['o'], isTagged: false }),
      [],
    ],
    [
      'with an input that no longer collects and that has a link',
      { inputs: { a: { type: 'array', collect: true } } },
      { inputs: { a: { type: 'array' } } },
      use({ in: ['a'] }),
      [['PIN_CHANGED', 'inputs.a', true]],
    ],
    [
      'with an input that no longer collects and that the node does not use',
      { inputs: { a: { type: 'array', collect: true } } },
      { inputs: { a: { type: 'array' } } },
      use(),
      [['PIN_CHANGED', 'inputs.a', false]],
    ],
    ['without a capability', { storage: ['graph', 'user'] }, {}, use(), []],
  ])('%s', (_what, before, after, used, expected) => {
    const differences = compareBlocks(createBlock(before), after && createBlock(after), used)
    expect(differences.map(({ kind, pin, breaking }) => [kind, pin, breaking])).toEqual(expected)
  })

  it('names both markers of a pin', () => {
    const [before, after] = [createBlock({ outputs: { o: text } }), createBlock({ outputs: { o: { ...text, many: true } } })]
    expect(compareBlocks(before, after, use({ out: ['o'] }))[0]?.message).toBe(
      'the type of "o" has changed: it was not marked and is now many, which changes how values pair in this graph',
    )
  })
})
