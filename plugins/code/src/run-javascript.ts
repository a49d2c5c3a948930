import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compile, locate } from './javascript/index.ts'

export const runJavascript = defineBlock({
  id: '8f0c7f1e-57a4-4d0c-9a53-4b8f3f2d6a10',
  name: 'run-javascript',
  description: 'Run your own JavaScript code on the inputs.',
  category: 'CODE',
  icon: 'braces',
  synonyms: [
    'code',
    'javascript',
    'function',
    'js',
    'script',
    'custom code',
    'execute code',
    'transform',
    'expression',
    'eval',
    'node function',
    'lambda',
    'formula',
  ],
  input: z.object({
    code: z
      .string()
      .max(1_000_000)
      .meta({
        title: 'Code',
        description:
          'The code. "return" sends a value to "result", and "yield" sends an item to "item". It may use await, console and the web platform, but no network and no files.',
        language: 'javascript',
        examples: ['return price * 1.2', 'for (const row of rows) if (row.price > 10) yield row'],
      }),
    inputs: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        title: 'Inputs',
        description:
          'Values for the code. Each key that is a valid name is a variable. The variable "inputs" contains all of them.',
        examples: [{ price: 5 }],
      }),
  }),
  output: z.object({
    item: z.unknown().meta({ title: 'Item', description: 'Each value that the code yields, in a loop.', many: true }),
    done: z
      .int()
      .meta({ title: 'Done', description: 'The number of items, once all steps for all items have ended.', done: true }),
    result: z.unknown().meta({
      title: 'Result',
      description: 'The value that the code returns. Null if it returns nothing. Not sent if it only yields items.',
    }),
  }),
  tests: [
    { name: 'returns a value', input: { code: 'return price * 2', inputs: { price: 5 } }, output: [['result', 10]] },
    {
      name: 'yields items',
      input: { code: 'for (const n of list) yield n + 1', inputs: { list: [1, 2] } },
      output: [
        ['item', 2],
        ['item', 3],
      ],
    },
    {
      name: 'yields items and returns a value',
      input: { code: 'yield undefined\nyield 2\nreturn "end"' },
      output: [
        ['item', null],
        ['item', 2],
        ['result', 'end'],
      ],
    },
    { name: 'returns null by default', input: { code: '' }, output: [['result', null]] },
    {
      name: 'waits for promises',
      input: { code: 'const text = await new Response("a").text()\nreturn Promise.resolve(text + "b")' },
      output: [['result', 'ab']],
    },
    {
      name: 'finds inputs whose names are not valid variables',
      input: {
        code: 'return [inputs["first name"], inputs.class, $x]',
        inputs: { 'first name': 'Ada', class: 1, $x: 2, 'a){': 3 },
      },
      output: [['result', ['Ada', 1, 2]]],
    },
    {
      name: 'preserves every digit of an integer',
      input: { code: 'return id + 1n', inputs: { id: 7615917337495251231n } },
      output: [['result', 7615917337495251232n]],
    },
    {
      name: 'reports the position of an error',
      input: { code: 'const a = 1\n\n  return a + b' },
      output: [['error', 'line 3, column 14: ReferenceError: b is not defined']],
    },
    {
      name: 'reports the position of an error in a function of the code',
      input: { code: 'const f = () => {\n  throw new RangeError("no")\n}\nawait null\nreturn f()' },
      output: [['error', 'line 2, column 9: RangeError: no']],
    },
    {
      name: 'reports the position of a syntax error',
      input: { code: 'const a = 1\nreturn a +* 2' },
      output: [['error', 'line 2, column 11: SyntaxError: Unexpected token']],
    },
    {
      name: 'reports a syntax error at the end',
      input: { code: 'if (true) {\n  return 1' },
      output: [['error', 'line 2, column 11: SyntaxError: Unexpected token']],
    },
    {
      name: 'cannot end its own function',
      input: { code: '}\nasync function* other() {' },
      output: [['error', (message: string) => message.includes('SyntaxError')]],
    },
    {
      name: 'reports a variable that has the name of an input',
      input: { code: 'let a = 1', inputs: { a: 2 } },
      output: [['error', "line 1, column 5: SyntaxError: Identifier 'a' has already been declared"]],
    },
    { name: 'reports a thrown value', input: { code: 'throw { code: 7 }' }, output: [['error', 'the code threw {"code":7}']] },
    {
      name: 'is in strict mode',
      input: { code: 'x = 1' },
      output: [['error', 'line 1, column 3: ReferenceError: x is not defined']],
    },
    {
      name: 'has no network',
      input: { code: 'return [typeof fetch, typeof require]' },
      output: [['result', ['undefined', 'undefined']]],
    },
  ],
  async *run({ code, inputs }) {
    const iterator = (await compile(code, { ...inputs, inputs }))()
    let hasYielded = false
    for (;;) {
      const { done, value } = await iterator.next().catch((error: unknown) => {
        throw locate(error)
      })
      if (!done) yield ['item', value ?? null]
      else if (value !== undefined || !hasYielded) yield ['result', value ?? null]
      if (done) return
      hasYielded = true
    }
  },
})
