import { defineBlock } from '@ashlar/sdk'
import { stringify } from 'smol-toml'
import { z } from 'zod'

export const writeToml = defineBlock({
  id: 'a7120671-1938-4773-bcdd-8d0d3dd613ec',
  name: 'write-toml',
  description: 'Write a dictionary as TOML text.',
  category: 'DATA',
  icon: 'file-cog',
  synonyms: ['json to toml', 'to toml', 'export toml', 'config file', 'serialize'],
  input: z.object({
    data: z
      .record(z.string(), z.unknown())
      .meta({ title: 'Data', description: 'TOML has no null: members that are null are omitted.' }),
  }),
  output: z.object({ text: z.string() }),
  tests: [
    {
      input: { data: { n: 'A "b"', id: 7615917337495251231n, x: null, a: { b: [1, 2] } } },
      output: [['text', 'n = "A \\"b\\""\nid = 7615917337495251231\n\n[a]\nb = [ 1, 2 ]\n']],
    },
    {
      input: { data: { l: [1, null] } },
      output: [['error', 'data cannot be TOML: arrays cannot contain null or undefined values']],
    },
  ],
  *run({ data }) {
    try {
      yield ['text', stringify(data)]
    } catch (error) {
      throw new Error(`data cannot be TOML: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  },
})
