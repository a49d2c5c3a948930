import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const writeJson = defineBlock({
  id: '9a9d20c5-5b4d-4e94-8022-83b6cb72648a',
  name: 'write-json',
  description: 'Write a value as JSON text, without spaces.',
  category: 'DATA',
  common: true,
  icon: 'braces',
  synonyms: ['json stringify', 'serialize', 'to json', 'object to string', 'json encode', 'create json'],
  input: z.object({ data: z.unknown() }),
  output: z.object({ json_str: z.string() }),
  tests: [
    { input: { data: { a: [1, null, 'é'] } }, output: [['json_str', '{"a":[1,null,"é"]}']] },
    { input: { data: 'text' }, output: [['json_str', '"text"']] },
  ],
  *run({ data }) {
    yield ['json_str', JSON.stringify(data)]
  },
})
