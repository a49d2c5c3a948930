import { defineBlock } from '@ashlar/sdk'
import { stringify } from 'yaml'
import { z } from 'zod'

export const writeYaml = defineBlock({
  id: '28cdd575-6780-4f3a-88c4-1ccffcf0c1cc',
  name: 'write-yaml',
  description: 'Write data as YAML text.',
  category: 'DATA',
  icon: 'file-code',
  synonyms: ['json to yaml', 'to yaml', 'yml', 'export yaml', 'config file', 'serialize', 'front matter'],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    indent: z
      .int()
      .min(1)
      .max(8)
      .default(2)
      .meta({ title: 'Indent', description: 'Number of spaces for each level.', advanced: true }),
    width: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({ title: 'Width', description: 'Fold texts into lines of this length. 0 does not fold.', advanced: true }),
  }),
  output: z.object({ text: z.string() }),
  tests: [
    {
      input: { data: { n: 'Ada', l: [1, 'yes', null], t: 'a\nb\n', e: {}, id: 7615917337495251231n } },
      output: [['text', 'n: Ada\nl:\n  - 1\n  - yes\n  - null\nt: |\n  a\n  b\ne: {}\nid: 7615917337495251231\n']],
    },
    { input: { data: '2024' }, output: [['text', '"2024"\n']] },
  ],
  *run({ data, indent, width }) {
    yield ['text', stringify(toMaps(data), { indent, lineWidth: width, aliasDuplicateObjects: false })]
  },
})

/** The library lists the members of a map in their order. */
function toMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMaps)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([key, member]) => [key, toMaps(member)]))
}
