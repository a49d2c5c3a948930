import { createHash } from 'node:crypto'
import type { Bundle } from '../sandbox/calls/index.ts'

/**
 * A plugin with one block per name, whose `run` has the given body. Input: `{ n: number }`.
 *
 * @param pins the output pins, as source text. @default `out` and `n`
 */
export function newTestBundle(bodies: Record<string, string>, top = '', pins = '{ out: z.any(), n: z.number() }'): Bundle {
  const blocks = Object.entries(bodies).map(
    ([name, body], i) => `defineBlock({
      id: '00000000-0000-4000-8000-${String(i).padStart(12, '0')}', name: '${name}', description: '', category: 'TEST',
      input: z.object({ n: z.number().default(1) }), output: z.object(${pins}), tests: [], ${body} })`,
  )
  const code = `const { defineBlock, definePlugin } = require('@ashlar/sdk'); const { z } = require('zod'); ${top};
    module.exports.default = definePlugin({ name: 'test', blocks: [${blocks.join()}] })`
  return { digest: createHash('sha256').update(code).digest('hex'), code }
}
