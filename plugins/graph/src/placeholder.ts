import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

/** A node of this block may have links on any pin. A graph that contains one is refused before it starts. */
export const placeholder = defineBlock({
  id: '5c2f6a4e-0b7d-4d19-9e63-7a1f84c0d2b5',
  name: 'placeholder',
  description: 'Keep the data of a node whose block is not installed.',
  category: 'GRAPH',
  icon: 'square-dashed',
  synonyms: ['missing block', 'unknown block', 'not installed', 'unsupported node', 'imported block', 'unavailable'],
  kind: 'placeholder',
  input: z.object({
    missing: z.string().describe('Id of the block that is missing.'),
    name: z.string().nullable().default(null).describe('Name of the block that is missing, if it is known.'),
    reason: z.string().nullable().default(null).describe('Why the node could not be imported.'),
    data: z.record(z.string(), z.unknown()).default({}).describe('The node as the imported file contains it.'),
  }),
  output: z.object({}),
  tests: [{ input: { missing: 'x' }, output: [['error', 'a placeholder has no code: install the missing block']] }],
  // oxlint-disable-next-line require-yield -- the runtime never runs this block
  *run() {
    throw new Error('a placeholder has no code: install the missing block')
  },
})
