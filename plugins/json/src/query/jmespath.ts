import { defineBlock } from '@ashlar/sdk'
import { search, type JSONValue } from '@jmespath-community/jmespath'
import { z } from 'zod'
import { messageOf } from '../messages/index.ts'

export const jmespath = defineBlock({
  id: 'd78bcc98-f98c-4cfb-974f-4c7bf395755e',
  name: 'jmespath',
  description: 'Find and reshape data with a JMESPath expression.',
  category: 'DATA',
  icon: 'file-search-2',
  synonyms: ['query json', 'aws cli query', 'jq', 'transform json', 'extract from json', 'project fields', 'json selector'],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    expression: z
      .string()
      .min(1)
      .meta({
        title: 'Expression',
        description: 'A JMESPath expression.',
        examples: ['people[?age > `20`].{name: name, city: address.city}'],
      }),
  }),
  output: z.object({ result: z.unknown().describe('Null if nothing was found.') }),
  tests: [
    {
      input: {
        data: {
          p: [
            { n: 'a', g: 1 },
            { n: 'b', g: 30 },
          ],
        },
        expression: 'p[?g > `20`].{name: n, all: length(@)}',
      },
      output: [['result', [{ name: 'b', all: 2 }]]],
    },
    { input: { data: { a: 1 }, expression: 'b.c' }, output: [['result', null]] },
    {
      input: { data: {}, expression: 'a[' },
      output: [['error', (message: string) => message.startsWith('expression must be JMESPath such as items[*].name: ')]],
    },
    {
      input: { data: 'x', expression: 'sum(@)' },
      output: [['error', (message: string) => message.startsWith('expression must be JMESPath')]],
    },
  ],
  *run({ data, expression }) {
    try {
      yield ['result', search(data as JSONValue, expression) ?? null]
    } catch (error) {
      throw new Error(`expression must be JMESPath such as items[*].name: ${messageOf(error)}`, { cause: error })
    }
  },
})
