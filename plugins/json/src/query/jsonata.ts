import { defineBlock } from '@ashlar/sdk'
import compile from 'jsonata'
import { z } from 'zod'

const MAX_MS = 5000
const MAX_DEPTH = 500

export const jsonata = defineBlock({
  id: 'd77bd09c-2857-4e14-a9ce-5be4a7e0bc7d',
  name: 'jsonata',
  description: 'Query and transform data with a JSONata expression.',
  category: 'DATA',
  categories: ['CODE'],
  icon: 'wand-sparkles',
  synonyms: [
    'transform json',
    'query json',
    'map json',
    'expression',
    'node-red change',
    'step functions',
    'json transformation',
    'reshape',
  ],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    expression: z
      .string()
      .min(1)
      .meta({
        title: 'Expression',
        description: 'A JSONata expression.',
        examples: ['items[price > 10].{"name": name, "total": price * quantity}', '$sum(items.price)'],
      }),
    variables: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ title: 'Variables', description: 'Values that the expression can use as $name.', advanced: true }),
  }),
  output: z.object({ result: z.unknown().describe('Null if the expression finds nothing.') }),
  tests: [
    {
      input: {
        data: {
          i: [
            { p: 5, q: 2 },
            { p: 1, q: 3 },
          ],
        },
        expression: '$sum(i.(p * q)) + $extra',
        variables: { extra: 1 },
      },
      output: [['result', 14]],
    },
    { input: { data: { i: [{ n: 'b' }, { n: 'a' }] }, expression: 'i^(n).n' }, output: [['result', ['a', 'b']]] },
    { input: { data: {}, expression: 'nothing' }, output: [['result', null]] },
    { input: { data: [1, [2]], expression: '$' }, output: [['result', [1, [2]]]] },
    {
      input: { data: {}, expression: 'a +' },
      output: [['error', (message: string) => message.startsWith('expression must be JSONata, but at character 3: ')]],
    },
    {
      input: { data: { a: 'x' }, expression: 'a + 1' },
      output: [['error', (message: string) => message.startsWith('expression failed at character 3: ')]],
    },
    {
      name: 'ends an expression that does not end',
      input: { data: {}, expression: '($f := function($n) { 1 + $f($n + 1) }; $f(0))' },
      output: [['error', 'expression failed: it calls functions in functions more than 500 levels deep']],
    },
    {
      name: 'a function has no JSON form',
      input: { data: {}, expression: '$sum' },
      output: [['error', 'expression must give data, got a function']],
    },
  ],
  async *run({ data, expression: text, variables }) {
    const expression = parse(text)
    limit(expression)
    const result: unknown = await evaluate(expression, data, variables)
    if (typeof result === 'function' || isLambda(result)) throw new Error('expression must give data, got a function')
    // A result list has own properties of JSONata, which a copy omits.
    yield ['result', Array.isArray(result) ? [...(result as unknown[])] : (result ?? null)]
  },
})

type Expression = ReturnType<typeof compile>

function parse(text: string): Expression {
  try {
    return compile(text)
  } catch (error) {
    const { position, message } = error as { position?: number; message?: string }
    throw new Error(`expression must be JSONata, but at character ${position ?? 0}: ${message}`, { cause: error })
  }
}

async function evaluate(expression: Expression, data: unknown, variables: Record<string, unknown>): Promise<unknown> {
  try {
    return (await expression.evaluate(data, variables)) as unknown
  } catch (error) {
    if (error instanceof LimitError) throw error
    const { position, message } = error as { position?: number; message?: string }
    throw new Error(
      `expression failed${position === undefined ? '' : ` at character ${position}`}: ${message ?? String(error)}`,
      { cause: error },
    )
  }
}

class LimitError extends Error {}

/** JSONata calls these functions before and after each part. */
function limit(expression: Expression): void {
  const endAt = Date.now() + MAX_MS
  let [depth, steps] = [0, 0]
  const assign = (name: string, value: () => void): void =>
    expression.assign(Symbol.for(`jsonata.${name}`) as unknown as string, value)
  assign('__evaluate_entry', () => {
    if (++depth > MAX_DEPTH)
      throw new LimitError(`expression failed: it calls functions in functions more than ${MAX_DEPTH} levels deep`)
    if (++steps % 1000 === 0 && Date.now() > endAt)
      throw new LimitError(`expression failed: it takes longer than ${MAX_MS / 1000} seconds`)
  })
  assign('__evaluate_exit', () => depth--)
}

function isLambda(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value)
}
