import { defineBlock, parseJson } from '@ashlar/sdk'
import { z } from 'zod'

export const parseJsonBlock = defineBlock({
  id: '2b935639-65bc-48fd-9f88-823cd706fcd9',
  name: 'parse-json',
  description: 'Parse a JSON text into a value.',
  category: 'DATA',
  common: true,
  icon: 'braces',
  synonyms: ['json decode', 'deserialize', 'from json', 'json to object', 'string to object', 'read json', 'parse body'],
  input: z.object({ json_str: z.string().describe('The JSON text.') }),
  output: z.object({ data: z.unknown() }),
  tests: [
    { input: { json_str: ' {"a": [1, null]} ' }, output: [['data', { a: [1, null] }]] },
    {
      name: 'preserves every digit of an integer',
      input: { json_str: '{"id": 7615917337495251231}' },
      output: [['data', { id: 7615917337495251231n }]],
    },
    {
      input: { json_str: '[1e999, 1]' },
      output: [['error', (message) => message.startsWith('json_str must be JSON: [0] is 1e999, which is too large')]],
    },
    { input: { json_str: 'null' }, output: [['data', null]] },
    { input: { json_str: "{'a': 1}" }, output: [['error', (message) => message.startsWith('json_str must be JSON: ')]] },
    { name: 'a byte order mark', input: { json_str: '\ufeff{"a":1}' }, output: [['data', { a: 1 }]] },
  ],
  *run({ json_str: text }) {
    yield ['data', parse(text)]
  },
})

function parse(text: string): unknown {
  try {
    return parseJson(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new Error(`json_str must be JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
