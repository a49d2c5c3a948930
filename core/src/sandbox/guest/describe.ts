import type { Block, Plugin } from '@ashlar/sdk'
import { z } from 'zod'

/** The plugin as data: all that the host keeps of it beside its code. See `manifestSchema` in `plugins/manifest.ts`. */
export function describePlugin(plugin: Plugin): unknown {
  const { name, memoryMb, providers, blocks } = plugin
  return { name, memoryMb, providers, blocks: blocks.map(describeBlock) }
}

function describeBlock(block: Block): unknown {
  return {
    id: block.id,
    name: block.name,
    description: block.description,
    category: block.category,
    categories: block.categories,
    kind: block.kind,
    staticOutput: block.staticOutput,
    serial: block.serial,
    capabilities: block.capabilities,
    onCrash: block.onCrash,
    timeoutMs: block.timeoutMs,
    costs: block.costs,
    inputSchema: toJsonSchema(block.input, 'input'),
    outputSchema: toJsonSchema(block.output, 'output'),
    tests: block.tests.map((test, i) => test.name ?? `${block.name} ${i + 1}`),
  }
}

/** JSON Schema 2020-12; what JSON cannot express (a Date, a transform) accepts anything on the host's side. */
function toJsonSchema(schema: z.ZodObject, io: 'input' | 'output'): unknown {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' })
}
