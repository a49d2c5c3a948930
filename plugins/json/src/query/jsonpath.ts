import { defineBlock } from '@ashlar/sdk'
import { query, type JSONValue } from 'json-p3'
import { z } from 'zod'
import { messageOf } from '../messages/index.ts'

export const jsonpath = defineBlock({
  id: '776fc267-7ea6-44b7-a611-9ed5874c2233',
  name: 'jsonpath',
  description: 'Find values in data with a JSONPath query (RFC 9535).',
  category: 'DATA',
  icon: 'file-search',
  synonyms: ['json path', 'query json', 'extract from json', 'select nodes', 'find in json', 'get values', 'jq', 'json selector'],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    query: z
      .string()
      .meta({ title: 'Query', description: 'A JSONPath query.', examples: ['$.items[?@.price < 10].name', '$..id'] }),
  }),
  output: z.object({
    list: z.array(z.unknown()).describe('All values that were found, in the order of the data.'),
    first: z.unknown().describe('The first value. Not sent if nothing was found.'),
    paths: z.array(z.string()).describe('The normalized path of each value.'),
  }),
  tests: [
    {
      input: {
        data: {
          items: [
            { n: 'a', p: 5 },
            { n: 'b', p: 20 },
            { n: 'c', p: 7615917337495251231n },
          ],
        },
        query: '$.items[?@.p < 10 || @.n == "c"].p',
      },
      output: [
        ['list', [5, 7615917337495251231n]],
        ['first', 5],
        ['paths', ["$['items'][0]['p']", "$['items'][2]['p']"]],
      ],
    },
    {
      input: { data: { a: null }, query: '$.b' },
      output: [
        ['list', []],
        ['paths', []],
      ],
    },
    {
      input: { data: {}, query: '$.a[' },
      output: [['error', (message: string) => message.startsWith('query must be JSONPath such as $.items[*].name: ')]],
    },
    {
      input: { data: {}, query: 'items' },
      output: [['error', (message: string) => message.startsWith('query must be JSONPath')]],
    },
  ],
  *run({ data, query: text }) {
    const nodes = find(text, data)
    yield ['list', nodes.map(({ value }) => value)]
    const [first] = nodes
    if (first) yield ['first', first.value]
    yield ['paths', nodes.map(({ path }) => path)]
  },
})

function find(text: string, data: unknown): { value: unknown; path: string }[] {
  try {
    return query(text, data as JSONValue).nodes.map((node) => ({ value: node.value, path: node.getPath({ form: 'canonical' }) }))
  } catch (error) {
    throw new Error(`query must be JSONPath such as $.items[*].name: ${messageOf(error)}`, { cause: error })
  }
}
