import { defineBlock } from '@ashlar/sdk'
import { Parser } from 'expr-eval-fork'
import { z } from 'zod'

export const formula = defineBlock({
  id: '55c26c18-59a7-491e-a1ff-41f227589cfb',
  name: 'formula',
  description: 'Compute a formula with variables, such as "(price - cost) * 1.19".',
  category: 'MATH',
  icon: 'square-function',
  synonyms: [
    'expression',
    'evaluate',
    'calculator',
    'equation',
    'compute',
    'math expression',
    'eval',
    'mathjs',
    'sqrt',
    'sin',
    'modulo',
    'logarithm',
  ],
  input: z.object({
    formula: z
      .string()
      .min(1)
      .max(10_000)
      .meta({
        description:
          'The formula: + - * / % ^, brackets, comparisons, "a ? b : c", and functions such as sqrt, round, floor, min, max, log, sin.',
        examples: ['round(price * 1.19 * 100) / 100'],
      }),
    values: z
      .record(z.string(), z.union([z.number(), z.boolean(), z.array(z.number())]))
      .default({})
      .describe('The variables.'),
  }),
  output: z.object({ result: z.union([z.number(), z.boolean()]).describe('The result.') }),
  tests: [
    { input: { formula: '(a + 2) * 3 ^ 2 % 7', values: { a: 1 } }, output: [['result', 6]] },
    { input: { formula: 'round(price * 1.19 * 100) / 100', values: { price: 9.99 } }, output: [['result', 11.89]] },
    { input: { formula: 'a > 3 ? max(list) : 0', values: { a: 4, list: [1, 9, 2] } }, output: [['result', 9]] },
    { input: { formula: 'sqrt(16) + abs(-1) + PI > 8' }, output: [['result', true]] },
    {
      input: { formula: 'a +', values: { a: 1 } },
      output: [['error', (message: string) => message.startsWith('formula must be a formula, got "a +": ')]],
    },
    {
      input: { formula: 'b * 2', values: { a: 1 } },
      output: [['error', 'formula uses the variable "b", which values does not contain']],
    },
    { input: { formula: '1 / 0' }, output: [['error', 'formula gives no finite number, got Infinity']] },
    {
      name: 'cannot reach the objects of JavaScript',
      input: { formula: 'min.constructor("return 1")()' },
      output: [['error', z.string()]],
    },
  ],
  *run({ formula: text, values }) {
    yield ['result', evaluate(text, values)]
  },
})

function evaluate(text: string, values: Record<string, number | boolean | number[]>): number | boolean {
  const expression = explain(text, () => createParser().parse(text))
  const missing = expression.variables().find((name) => !Object.hasOwn(values, name))
  if (missing !== undefined)
    throw new Error(`formula uses the variable ${JSON.stringify(missing)}, which values does not contain`)
  const result: unknown = explain(text, () => expression.evaluate(Object.assign(Object.create(null), values)))
  if (typeof result === 'boolean') return result
  if (typeof result !== 'number' || !Number.isFinite(result))
    throw new Error(`formula gives no finite number, got ${String(result)}`)
  return result
}

/** A formula only computes on its variables: without assignment, own functions, members and random numbers. */
function createParser(): Parser {
  const parser = new Parser({
    allowMemberAccess: false,
    operators: { assignment: false, fndef: false, in: false, random: false },
  })
  delete parser.functions['random']
  return parser
}

function explain<T>(text: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`formula must be a formula, got ${JSON.stringify(text.slice(0, 100))}: ${reason}`, { cause })
  }
}
