import type { Block, BlockTest, Plugin } from '@ashlar/sdk'
import { z } from 'zod'

/**
 * Returns the manifest of a plugin, which the host stores with its code. See `manifestSchema` in `blocks/manifest.ts`.
 */
export function describePlugin(plugin: Plugin): unknown {
  const { name, memoryMb, isolated, providers, blocks } = plugin
  return { name, memoryMb, isolated, providers, blocks: blocks.map((block) => describeBlock(block, plugin)) }
}

function describeBlock(block: Block, plugin: Plugin): unknown {
  return {
    id: block.id,
    name: block.name,
    description: block.description,
    category: block.category,
    categories: block.categories,
    synonyms: block.synonyms,
    common: block.common,
    icon: block.icon ?? plugin.icon,
    kind: block.kind,
    staticOutput: block.staticOutput,
    serial: block.serial,
    capabilities: block.capabilities,
    onCrash: block.onCrash,
    timeoutMs: block.timeoutMs,
    costs: block.costs,
    unavailable: block.unavailable,
    inputSchema: toJsonSchema(block.input, 'input'),
    outputSchema: toJsonSchema(block.output, 'output'),
    tests: nameTests(block),
  }
}

function nameTests({ name, tests }: Block): unknown {
  return Array.isArray(tests) ? tests.map((test: BlockTest, i) => test.name ?? `${name} ${i + 1}`) : tests
}

/**
 * JSON Schema 2020-12. Types that JSON cannot express (a Date, a transform) accept any value. Undefined for a value
 * that is not a schema.
 */
function toJsonSchema(schema: unknown, io: 'input' | 'output'): unknown {
  if (!(schema instanceof z.ZodObject)) return undefined
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12', override: describeBigInt })
}

interface Described {
  zodSchema: z.core.$ZodTypes
  jsonSchema: z.core.JSONSchema.BaseSchema
}

/**
 * Describes a bigint as an integer of any size. In a union with a bigint, a number is any number and an integer any
 * integer.
 */
function describeBigInt({ zodSchema, jsonSchema }: Described): void {
  const { type } = zodSchema._zod.def
  if (type === 'bigint') jsonSchema.type = 'integer'
  if (type !== 'union' || !jsonSchema.anyOf?.some((member) => isBare(member, 'integer'))) return
  const isAnyNumber = jsonSchema.anyOf.some((member) => isBare(member, 'number'))
  const others = jsonSchema.anyOf.filter((member) => !isSafeInteger(member) && !(isAnyNumber && isBare(member, 'integer')))
  const [only, second] = others
  if (!only || second) return void (jsonSchema.anyOf = others)
  delete jsonSchema.anyOf
  Object.assign(jsonSchema, only)
}

function isBare(member: z.core.JSONSchema.BaseSchema, type: string): boolean {
  return member.type === type && Object.keys(member).length === 1
}

/** Whether the schema is the description of `z.int()`. */
function isSafeInteger({ type, minimum, maximum, ...rest }: z.core.JSONSchema.BaseSchema): boolean {
  const isSafe = minimum === Number.MIN_SAFE_INTEGER && maximum === Number.MAX_SAFE_INTEGER
  return type === 'integer' && isSafe && Object.keys(rest).length === 0
}
