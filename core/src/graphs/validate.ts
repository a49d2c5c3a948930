import { z } from 'zod'
import { providersOf } from '../capabilities/index.ts'
import { AshlarError, showValue, type Fault } from '../errors/index.ts'
import { canFit, compileCoercion, parsePinPath, type JsonSchema, type PinPath } from '../pins/index.ts'
import type { Block } from '../plugins/index.ts'
import { documentSchema, parseEnd, type GraphDocument, type GraphNode } from './document.ts'

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
/** A document of this size may have a million faults, and an answer with all of them would not arrive. */
const MAX_FAULTS = 10_000
const MAX_NAMED_PINS = 50

/** The block of a node, with the pins it has in this place. */
export type BlockOf = (node: GraphNode) => Block | undefined

/** @throws {AshlarError} BAD_INPUT when the value has not the form of a graph document; every fault is in `details.faults` */
export function parseDocument(value: unknown): GraphDocument {
  const bytes = (JSON.stringify(value) ?? '').length
  if (bytes > MAX_DOCUMENT_BYTES) {
    const message = `the document is ${bytes} bytes long as JSON, the limit is ${MAX_DOCUMENT_BYTES}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['document'], faults: [{ path: '', message }] } })
  }
  const parsed = documentSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const [first] = faults
  const message = `the document is not a graph: ${first?.path ? `${first.path}: ` : ''}${first?.message}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['document'], faults: limitFaults(faults) } })
}

/** @throws {AshlarError} GRAPH_INVALID with these faults, when there are any */
export function assertFaultless(faults: Fault[]): void {
  const [first] = faults
  if (!first) return
  const message = `the graph has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${first.path}: ${first.message}`
  throw new AshlarError('GRAPH_INVALID', message, { details: { path: ['document'], faults: limitFaults(faults) } })
}

/** The first 10 000, and how many more there are. */
export function limitFaults(faults: readonly Fault[]): Fault[] {
  if (faults.length <= MAX_FAULTS) return [...faults]
  const message = `${faults.length - MAX_FAULTS} more faults are not shown: correct these first`
  return [...faults.slice(0, MAX_FAULTS), { path: '', message }]
}

/**
 * Every fault of a document, with its place (`nodes.greet.inputs.format`, `links.2.to`): duplicate ids, unknown blocks and
 * pins, constants and links that can never fit, missing required inputs, dangling links, input blocks that share a name.
 */
export function findFaults(document: GraphDocument, blockOf: BlockOf): Fault[] {
  const faults: Fault[] = []
  const nodes = new Map<string, CheckedNode>()
  for (const node of document.nodes) {
    if (nodes.has(node.id)) faults.push({ path: `nodes.${node.id}`, message: 'another node has this id' })
    else nodes.set(node.id, { node, block: blockOf(node), linked: new Set() })
  }
  document.links.forEach((link, i) => faults.push(...linkFaults(link, i, nodes)))
  for (const checked of nodes.values()) faults.push(...nodeFaults(checked))
  faults.push(...nameFaults([...nodes.values()]))
  return faults
}

interface CheckedNode {
  node: GraphNode
  block: Block | undefined
  /** Base names of the input pins with a link. */
  linked: Set<string>
}

function nodeFaults({ node, block, linked }: CheckedNode): Fault[] {
  const path = `nodes.${node.id}`
  if (!block) return [{ path: `${path}.block`, message: `there is no block ${showValue(node.block)}` }]
  if (block.kind === 'approval')
    return [
      {
        path: `${path}.block`,
        message: `block ${block.qualifiedName} waits for a person's answer, which this version cannot do`,
      },
    ]
  const constants = Object.entries(node.inputs).flatMap(([pin, value]) =>
    constantFaults(`${path}.inputs.${pin}`, block, pin, value),
  )
  const missing = (block.inputSchema.required ?? [])
    .filter((pin) => !linked.has(pin) && (node.inputs[pin] === undefined || node.inputs[pin] === null))
    .filter((pin) => !(block.kind === 'input' && pin === 'value'))
    .map((pin) => ({
      path: `${path}.inputs.${pin}`,
      message: `block ${block.qualifiedName} needs this input: give a value or a link`,
    }))
  return [...constants, ...missing, ...credentialFaults(path, node, block)]
}

function credentialFaults(path: string, { credentials = {} }: GraphNode, block: Block): Fault[] {
  const used = providersOf(block.capabilities)
  return Object.keys(credentials)
    .filter((provider) => !used.includes(provider))
    .map((provider) => ({
      path: `${path}.credentials.${provider}`,
      message: `block ${block.qualifiedName} uses no credential for this provider; it uses ${used.join(', ') || 'none'}`,
    }))
}

function constantFaults(path: string, block: Block, pin: string, value: unknown): Fault[] {
  const schema = block.inputSchema.properties?.[parsePinPath(pin).base]
  if (!schema) return [{ path, message: unknownPin(block, 'input', pin, block.inputSchema) }]
  if (value === null || parsePinPath(pin).steps.length > 0) return []
  const coerced = compileCoercion(schema, block.inputSchema)?.(value) ?? value
  const message = schemaFault(schema, block.inputSchema, coerced)
  return message === undefined ? [] : [{ path, message: `${message}, got ${showValue(value)}` }]
}

const compiled = new WeakMap<JsonSchema, z.ZodType>()

/** What is wrong with a value; undefined when it fits. */
export function schemaFault(schema: JsonSchema, root: JsonSchema, value: unknown): string | undefined {
  const known = compiled.get(schema)
  const check = known ?? compileSchema(schema, root)
  if (!known) compiled.set(schema, check)
  if (check.safeParse(value).success) return undefined
  const parsed = check.safeParse(roundBigInts(value))
  if (parsed.success) return undefined
  return parsed.error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ')
}

/** A schema that zod cannot read accepts anything here: the block's own check in the sandbox stays. */
function compileSchema(schema: JsonSchema, root: JsonSchema): z.ZodType {
  try {
    return z.fromJSONSchema(widenIntegers({ ...schema, $defs: root.$defs }) as Parameters<typeof z.fromJSONSchema>[0])
  } catch {
    return z.unknown()
  }
}

/** zod takes an integer only up to 2 ** 53. One without bounds may be larger. */
function widenIntegers(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(widenIntegers)
  const widened = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, widenIntegers(part)]))
  const types = [widened.type].flat()
  if (!types.includes('integer') || widened.maximum !== undefined) return widened
  const others = types.filter((type) => type !== 'integer' && type !== 'number')
  return { ...widened, type: ['number', ...others], ...(!types.includes('number') && { multipleOf: 1 }) }
}

/** JSON Schema has one type for numbers. The check of the block in the sandbox sees the digits. */
function roundBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(roundBigInts)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, roundBigInts(part)]))
}

function linkFaults({ from, to }: { from: string; to: string }, i: number, nodes: ReadonlyMap<string, CheckedNode>): Fault[] {
  const [fromEnd, toEnd] = [parseEnd(from), parseEnd(to)]
  const [source, sink] = [nodes.get(fromEnd.node), nodes.get(toEnd.node)]
  const faults: Fault[] = []
  if (!source) faults.push({ path: `links.${i}.from`, message: `there is no node "${fromEnd.node}"` })
  if (!sink) faults.push({ path: `links.${i}.to`, message: `there is no node "${toEnd.node}"` })
  const [fromPin, toPin] = [parsePinPath(fromEnd.pin), parsePinPath(toEnd.pin)]
  sink?.linked.add(toPin.base)
  const given = source?.block && sourceSchema(source.block, fromEnd.pin, fromPin)
  const taken = sink?.block?.inputSchema.properties?.[toPin.base]
  if (source?.block && !given)
    faults.push({ path: `links.${i}.from`, message: unknownPin(source.block, 'output', fromEnd.pin, source.block.outputSchema) })
  if (sink?.block && !taken)
    faults.push({ path: `links.${i}.to`, message: unknownPin(sink.block, 'input', toEnd.pin, sink.block.inputSchema) })
  if (!source?.block || !sink?.block || !given || !taken) return faults
  const misfit = canFit(
    { schema: given, root: source.block.outputSchema },
    fromPin.steps,
    { schema: taken, root: sink.block.inputSchema },
    toPin.steps,
  )
  if (misfit !== undefined) faults.push({ path: `links.${i}`, message: `${from} can never fit ${to}: ${misfit}` })
  return faults
}

/** Every block has the pin `error`; a tool pin stands for the pin `tools`. */
export function sourceSchema(block: Block, pin: string, { base }: PinPath): JsonSchema | undefined {
  const properties = block.outputSchema.properties ?? {}
  if (pin.startsWith('tools_^_')) return properties.tools && {}
  return properties[base] ?? (base === 'error' ? { type: 'string' } : undefined)
}

function unknownPin(block: Block, side: 'input' | 'output', pin: string, { properties = {} }: JsonSchema): string {
  const names = Object.keys(properties)
  const named = names.slice(0, MAX_NAMED_PINS).join(', ') || 'none'
  const more = names.length > MAX_NAMED_PINS ? ` and ${names.length - MAX_NAMED_PINS} more` : ''
  return `block ${block.qualifiedName} has no ${side} pin "${parsePinPath(pin).base}"; it has ${named}${more}`
}

/** Graph inputs are matched by name, so no two input blocks may share one. */
function nameFaults(nodes: CheckedNode[]): Fault[] {
  const seen = new Set<unknown>()
  return nodes.flatMap(({ node, block }) => {
    if (block?.kind !== 'input') return []
    const { name } = node.inputs
    if (typeof name === 'string' && !seen.has(name)) {
      seen.add(name)
      return []
    }
    return typeof name === 'string'
      ? [{ path: `nodes.${node.id}.inputs.name`, message: `another input block is named "${name}"` }]
      : []
  })
}
