import { defineBlock } from '@ashlar/sdk'
import { parse, stringify } from 'ini'
import { z } from 'zod'

export const parseIni = defineBlock({
  id: 'e5f3162d-712a-4e3f-a3a2-9f365fb0b5ee',
  name: 'parse-ini',
  description: 'Parse the text of an INI file into a dictionary of sections.',
  category: 'DATA',
  icon: 'settings-2',
  synonyms: ['ini to json', 'read ini', 'config file', 'properties file', 'env file', 'cfg', 'conf'],
  input: z.object({ text: z.string().meta({ title: 'Text' }) }),
  output: z.object({
    data: z
      .unknown()
      .describe('Keys before the first section, and a dictionary for each section. Values are texts, true, false or null.'),
  }),
  tests: [
    {
      input: { text: '; note\nname = Ada\non=true\n[a.b]\nx[]=1\nx[]=2\ny="z "\n' },
      output: [['data', { name: 'Ada', on: true, a: { b: { x: ['1', '2'], y: 'z ' } } }]],
    },
    { input: { text: '' }, output: [['data', {}]] },
  ],
  *run({ text }) {
    // The library returns objects without a prototype.
    yield ['data', JSON.parse(JSON.stringify(parse(text.replace(/^\ufeff/, ''))))]
  },
})

export const writeIni = defineBlock({
  id: 'd1dbaf49-6784-4875-b086-38a7e124dc52',
  name: 'write-ini',
  description: 'Write a dictionary as the text of an INI file.',
  category: 'DATA',
  icon: 'settings-2',
  synonyms: ['json to ini', 'to ini', 'export ini', 'config file', 'properties file', 'env file'],
  input: z.object({
    data: z.record(z.string(), z.unknown()).meta({ title: 'Data', description: 'Values, and a dictionary for each section.' }),
    spaces: z
      .boolean()
      .default(false)
      .meta({ title: 'Spaces', description: 'Write spaces around the equals signs.', advanced: true }),
  }),
  output: z.object({ text: z.string() }),
  tests: [
    {
      input: { data: { name: 'Ada', a: { x: ['1', '2'], y: 'z;' } }, spaces: true },
      output: [['text', 'name = Ada\n\n[a]\nx[] = 1\nx[] = 2\ny = z\\;\n']],
    },
    { input: { data: {} }, output: [['text', '']] },
  ],
  *run({ data, spaces }) {
    yield ['text', stringify(data, { whitespace: spaces, platform: 'linux' })]
  },
})
