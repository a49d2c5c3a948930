import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../pins/index.ts'
import { createPlugin, type Block } from '../../blocks/index.ts'
import { compareBlocks, type BlockUse } from './compare-blocks.ts'

interface Facts {
  inputs?: Record<string, JsonSchema>
  required?: string[]
  outputs?: Record<string, JsonSchema>
  storage?: ('graph' | 'user')[]
}

function blockOf({ inputs = {}, required = [], outputs = {}, storage }: Facts): Block {
  const facts = { packageName: 'p', version: '1.0.0', builtin: false, bundle: { digest: 'd', code: '' } }
  const manifest = {
    id: 'aaaaaaaa-0000-4000-8000-000000000001',
    name: 'b',
    description: '',
    category: '',
    categories: [],
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
  const [block] = createPlugin(facts, { name: 'p', providers: [], blocks: [manifest] }).blocks
  if (!block) throw new Error('there is no block')
  return block
}

const use = (change: Partial<Record<'constants', Record<string, unknown>> & Record<'in' | 'out', string[]>> = {}): BlockUse => ({
  constants: change.constants ?? {},
  linkedInputs: new Set(change.in ?? []),
  linkedOutputs: new Set(change.out ?? []),
})

const text: JsonSchema = { type: 'string' }
const number: JsonSchema = { type: 'number' }
const ab: JsonSchema = { enum: ['a', 'b'] }
const cd: JsonSchema = { enum: ['c', 'd'] }

describe('an installed block beside the pinned one', () => {
  it.each<[string, Facts, Facts | undefined, BlockUse, [kind: string, pin: string | null, breaking: boolean][]]>([
    ['the same', { inputs: { a: text } }, { inputs: { a: text } }, use(), []],
    ['gone', {}, undefined, use(), [['BLOCK_REMOVED', null, true]]],
    ['with an input more', {}, { inputs: { a: text } }, use(), []],
    ['with another description', { inputs: { a: text } }, { inputs: { a: { ...text, description: 'x' } } }, use(), []],
    [
      'with other hints for editors',
      { inputs: { a: text } },
      { inputs: { a: { ...text, placeholder: 'x', advanced: true, hidden: true, secret: true } } },
      use(),
      [],
    ],
    [
      'without an input that is a constant here',
      { inputs: { a: text } },
      {},
      use({ constants: { a: 'x' } }),
      [['PIN_REMOVED', 'inputs.a', true]],
    ],
    [
      'without an input that is linked here',
      { inputs: { a: text } },
      {},
      use({ in: ['a'] }),
      [['PIN_REMOVED', 'inputs.a', true]],
    ],
    ['without an input that is not used here', { inputs: { a: text } }, {}, use(), [['PIN_REMOVED', 'inputs.a', false]]],
    [
      'without a part of an input',
      { inputs: { a: {} } },
      {},
      use({ constants: { 'a_#_k': 1 } }),
      [['PIN_REMOVED', 'inputs.a', true]],
    ],
    [
      'without an output that is linked here',
      { outputs: { o: text } },
      {},
      use({ out: ['o'] }),
      [['PIN_REMOVED', 'outputs.o', true]],
    ],
    ['without an output that is not used here', { outputs: { o: text } }, {}, use(), [['PIN_REMOVED', 'outputs.o', false]]],
    [
      'with a new input that is needed',
      {},
      { inputs: { a: text }, required: ['a'] },
      use(),
      [['PIN_REQUIRED', 'inputs.a', true]],
    ],
    [
      'that needs an input which is given',
      { inputs: { a: text } },
      { inputs: { a: text }, required: ['a'] },
      use({ in: ['a'] }),
      [['PIN_REQUIRED', 'inputs.a', false]],
    ],
    [
      'that needs an input which is null here',
      { inputs: { a: text } },
      { inputs: { a: text }, required: ['a'] },
      use({ constants: { a: null } }),
      [['PIN_REQUIRED', 'inputs.a', true]],
    ],
    ['that needs an input no more', { inputs: { a: text }, required: ['a'] }, { inputs: { a: text } }, use(), []],
    [
      'with an input of a type that values are brought to',
      { inputs: { a: text } },
      { inputs: { a: number } },
      use({ in: ['a'] }),
      [['PIN_CHANGED', 'inputs.a', false]],
    ],
    [
      'with an input whose type a constant does not fit',
      { inputs: { a: text } },
      { inputs: { a: ab } },
      use({ constants: { a: 'c' } }),
      [['PIN_CHANGED', 'inputs.a', true]],
    ],
    [
      'with an input whose type a constant fits',
      { inputs: { a: text } },
      { inputs: { a: number } },
      use({ constants: { a: '7' } }),
      [['PIN_CHANGED', 'inputs.a', false]],
    ],
    [
      'with an input that takes other choices',
      { inputs: { a: ab } },
      { inputs: { a: cd } },
      use({ in: ['a'] }),
      [['PIN_CHANGED', 'inputs.a', true]],
    ],
    [
      'with an output that gives other choices',
      { outputs: { o: ab } },
      { outputs: { o: cd } },
      use({ out: ['o'] }),
      [['PIN_CHANGED', 'outputs.o', true]],
    ],
    [
      'with an output of another type',
      { outputs: { o: text } },
      { outputs: { o: number } },
      use({ out: ['o'] }),
      [['PIN_CHANGED', 'outputs.o', false]],
    ],
    ['that may do more', { storage: ['graph'] }, { storage: ['graph', 'user'] }, use(), [['CAPABILITY_ADDED', null, false]]],
    ['that may do less', { storage: ['graph', 'user'] }, {}, use(), []],
  ])('%s', (_what, before, after, used, expected) => {
    const differences = compareBlocks(blockOf(before), after && blockOf(after), used)
    expect(differences.map(({ kind, pin, breaking }) => [kind, pin, breaking])).toEqual(expected)
  })
})
