import { z } from 'zod'
import { listProviders } from '../../capabilities/index.ts'
import { AshlarError, describeIssues, showFaults, showValue, type Fault } from '../../base/index.ts'
import {
  TOOLS_PIN,
  canFit,
  compileCoercion,
  findProperty,
  isToolPin,
  parsePinPath,
  type JsonSchema,
  type PinPath,
  type PinSchema,
} from '../../pins/index.ts'
import type { Block } from '../../blocks/index.ts'
import { CodeBudget, javascriptFault } from './code-fault.ts'
import { parseEnd, type GraphDocument, type GraphNode } from './document.ts'
import type { ReadDocument, ReadLink, ReadNode } from './read-document.ts'

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
/** A document of this size can have a million faults, which would make the response too large. */
const MAX_FAULTS = 10_000
const MAX_NAMED_PINS = 50

/** Returns the block of a node, with the pins that it has in this graph. */
export type FindBlock = (node: GraphNode) => Block | undefined

/** @throws {AshlarError} BAD_INPUT when the document is too large to validate */
export function assertSmall(document: unknown): void {
  const bytes = (JSON.stringify(document) ?? '').length
  if (bytes <= MAX_DOCUMENT_BYTES) return
  const message = `the document is ${bytes} bytes long as JSON; the limit is ${MAX_DOCUMENT_BYTES}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['document'], faults: [{ path: '', message }] } })
}

/**
 * @param faults all faults of the document
 * @throws {AshlarError} BAD_INPUT when the document does not have the form of a graph, GRAPH_INVALID when it has other
 * faults; all faults are in `details.faults`
 */
export function assertFaultless({ document }: ReadDocument, faults: Fault[]): GraphDocument {
  const [first] = faults
  if (document && !first) return document
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  const problem = document ? `the graph has ${count}` : `the document is not a graph: it has ${count}`
  const message = [problem, first?.path, first?.message].filter((part) => part !== undefined && part !== '').join(': ')
  throw new AshlarError(document ? 'GRAPH_INVALID' : 'BAD_INPUT', message, {
    details: { path: ['document'], faults: limitFaults(faults) },
  })
}

/** The first 10 000 faults, and the number of faults that were left out. */
export function limitFaults(faults: readonly Fault[]): Fault[] {
  if (faults.length <= MAX_FAULTS) return [...faults]
  const message = `${faults.length - MAX_FAULTS} more faults are not shown: correct the ones above first`
  return [...faults.slice(0, MAX_FAULTS), { path: '', message }]
}

/**
 * Finds every fault of a document except those of its form, each once and with its path (`nodes.greet.inputs.format`,
 * `links.2.to`): duplicate ids, unknown blocks and pins, constants and links that can never fit, missing required
 * inputs, dangling links, and input blocks that share a name. In a malformed document it checks the well-formed parts.
 * A graph with an origin may lack required inputs, and have constants and links that can never fit.
 */
export function findFaults(read: Pick<ReadDocument, 'nodes' | 'links' | 'document'>, findBlock: FindBlock): Fault[] {
  const isTolerant = read.document?.origin !== undefined
  return withoutMark(collectFaults(read, findBlock).filter(({ onlyFailsRuns }) => !isTolerant || !onlyFailsRuns))
}

/** Finds the faults that {@link findFaults} leaves out, because a graph with them can be saved if it was imported. */
export function findToleratedFaults(read: Pick<ReadDocument, 'nodes' | 'links' | 'document'>, findBlock: FindBlock): Fault[] {
  if (read.document?.origin === undefined) return []
  return withoutMark(collectFaults(read, findBlock).filter(({ onlyFailsRuns }) => onlyFailsRuns))
}

function withoutMark(faults: readonly GraphFault[]): Fault[] {
  return faults.map(({ path, message }) => ({ path, message }))
}

/** `onlyFailsRuns`: the graph can be saved with the fault, and only runs of the node fail. */
interface GraphFault extends Fault {
  onlyFailsRuns?: boolean
}

function collectFaults({ nodes, links }: Pick<ReadDocument, 'nodes' | 'links'>, findBlock: FindBlock): GraphFault[] {
  const linked = new Map(nodes.map(({ id }) => [id, new Set<string>()]))
  const checked = nodes.map(({ path, id, node }): CheckedNode => ({
    path,
    id,
    node,
    block: node && findBlock(node),
    linked: linked.get(id) ?? new Set(),
  }))
  const budget = new CodeBudget()
  const byId = new Map([...Map.groupBy(checked, ({ id }) => id)].map(([id, same]) => [id, omitRepeated(same)]))
  return [
    ...duplicateFaults(checked),
    ...links.flatMap((link) => linkFaults(link, byId)),
    ...checked.flatMap((node) => nodeFaults(node, budget)),
    ...nameFaults(checked),
  ]
}

interface CheckedNode extends ReadNode {
  block: Block | undefined
  /** Base names of the input pins with a link; the same for nodes with the same id. */
  linked: Set<string>
}

/** The first node of each block, and a second node in any case: every link of an id is checked against its nodes. */
function omitRepeated(nodes: readonly CheckedNode[]): CheckedNode[] {
  const seen = new Set<Block | undefined>()
  return nodes.filter(({ block }, i) => (seen.has(block) ? i === 1 : seen.add(block)))
}

function duplicateFaults(nodes: readonly CheckedNode[]): Fault[] {
  const places = Map.groupBy(nodes.keys(), (i) => nodes[i]?.id)
  return [...places].flatMap(([id, indexes]) => {
    if (id === undefined || indexes.length === 1) return []
    const listed = `${indexes.slice(0, -1).join(', ')} and ${indexes.at(-1)}`
    return [{ path: `nodes.${id}`, message: `the nodes at positions ${listed} share this id: give each node a unique id` }]
  })
}

function nodeFaults({ path, node, block, linked }: CheckedNode, budget: CodeBudget): GraphFault[] {
  if (!node) return []
  if (!block) return [{ path: `${path}.block`, message: `there is no block ${showValue(node.block)}` }]
  if (block.kind === 'approval' && block.unavailable === undefined)
    return [
      {
        path: `${path}.block`,
        message: `block ${block.qualifiedName} waits for an approval, which this version does not support`,
      },
    ]
  const constants = Object.entries(node.inputs).flatMap(([pin, value]) =>
    constantFaults(`${path}.inputs.${pin}`, { block, pin, value: linked.has(pin) ? withoutGaps(value) : value }, budget),
  )
  const missing = (block.inputSchema.required ?? [])
    .filter((pin) => !linked.has(pin) && (node.inputs[pin] === undefined || node.inputs[pin] === null))
    .filter((pin) => !(block.kind === 'input' && pin === 'value'))
    .map((pin) => ({
      path: `${path}.inputs.${pin}`,
      message: `block ${block.qualifiedName} requires this input: set a value or add a link`,
      onlyFailsRuns: true,
    }))
  return [...constants, ...missing, ...credentialFaults(path, node, block)]
}

function credentialFaults(path: string, { credentials = {} }: GraphNode, block: Block): Fault[] {
  const used = listProviders(block.capabilities)
  return Object.keys(credentials)
    .filter((provider) => !used.includes(provider))
    .map((provider) => ({
      path: `${path}.credentials.${provider}`,
      message: `block ${block.qualifiedName} does not use a credential for this provider; its providers are: ${used.join(', ') || 'none'}`,
    }))
}

/** Links fill the items of a list that are null. */
function withoutGaps(value: unknown): unknown {
  return Array.isArray(value) ? value.filter((item) => item !== null) : value
}

function constantFaults(
  path: string,
  { block, pin, value }: { block: Block; pin: string; value: unknown },
  budget: CodeBudget,
): GraphFault[] {
  const schema = findProperty(block.inputSchema, parsePinPath(pin).base)
  if (!schema) return [{ path, message: unknownPin(block, 'input', pin) }]
  if (value === null || parsePinPath(pin).steps.length > 0) return []
  const coerced = compileCoercion(schema, block.inputSchema)?.(value) ?? value
  const message = schemaFault(schema, block.inputSchema, coerced) ?? codeFault(schema, coerced, budget)
  return message === undefined ? [] : [{ path, message, onlyFailsRuns: true }]
}

function codeFault({ language }: JsonSchema, value: unknown, budget: CodeBudget): string | undefined {
  const isChecked = language === 'javascript' && typeof value === 'string' && budget.take(value)
  const fault = isChecked ? javascriptFault(value) : undefined
  return fault && `the code is not JavaScript: ${fault}`
}

const compiled = new WeakMap<JsonSchema, z.ZodType>()

/** Describes why a value does not match the schema, and quotes it. Returns undefined if it matches. */
export function schemaFault(schema: JsonSchema, root: JsonSchema, value: unknown): string | undefined {
  const known = compiled.get(schema)
  const check = known ?? compileSchema(schema, root)
  if (!known) compiled.set(schema, check)
  if (check.safeParse(value).success) return undefined
  const parsed = check.safeParse(roundBigInts(value))
  return parsed.success ? undefined : showFaults(describeIssues(parsed.error, value))
}

/** If zod cannot compile a schema, any value is accepted here. The sandbox still validates the inputs of the block. */
function compileSchema(schema: JsonSchema, root: JsonSchema): z.ZodType {
  try {
    return z.fromJSONSchema(widenIntegers({ ...schema, $defs: root.$defs }) as Parameters<typeof z.fromJSONSchema>[0])
  } catch {
    return z.unknown()
  }
}

/** zod accepts integers only up to 2 ** 53. An integer without a maximum may be larger. */
function widenIntegers(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(widenIntegers)
  const widened = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, widenIntegers(part)]))
  const types = [widened.type].flat()
  if (!types.includes('integer') || widened.maximum !== undefined) return widened
  const others = types.filter((type) => type !== 'integer' && type !== 'number')
  return { ...widened, type: ['number', ...others], ...(!types.includes('number') && { multipleOf: 1 }) }
}

/** JSON Schema has one number type. The validation in the sandbox compares all digits. */
function roundBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(roundBigInts)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, roundBigInts(part)]))
}

function linkFaults({ path, from, to }: ReadLink, nodes: NodesById): GraphFault[] {
  const [source, sink] = [endAt(from, nodes), endAt(to, nodes)]
  if (sink) sink.nodes[0]?.linked.add(sink.path.base)
  const faults = [...endFaults(`${path}.from`, source, 'output'), ...endFaults(`${path}.to`, sink, 'input')]
  const [given, taken] = [source && findPinSchema(source, 'output'), sink && findPinSchema(sink, 'input')]
  const misfit = source && sink && given && taken && canFit(given, source.path.steps, taken, sink.path.steps)
  return misfit === undefined
    ? faults
    : [...faults, { path, message: `${from} can never fit ${to}: ${misfit}`, onlyFailsRuns: true }]
}

type NodesById = ReadonlyMap<string | undefined, readonly CheckedNode[]>

/** An end of a link. */
interface LinkEnd {
  id: string
  pin: string
  path: PinPath
  /** The nodes with this id. */
  nodes: readonly CheckedNode[]
}

function endAt(end: string | undefined, nodes: NodesById): LinkEnd | undefined {
  if (end === undefined) return undefined
  const { node: id, pin } = parseEnd(end)
  return { id, pin, path: parsePinPath(pin), nodes: nodes.get(id) ?? [] }
}

function endFaults(path: string, end: LinkEnd | undefined, side: Side): Fault[] {
  if (!end) return []
  const { id, nodes } = end
  const [block] = nodes.map((node) => node.block)
  if (nodes.length === 0) return [{ path, message: `there is no node "${id}"` }]
  const lackPin = nodes.every((node) => node.block && !schemaIn(node.block, end, side))
  return block && lackPin ? [{ path, message: unknownPin(block, side, end.pin) }] : []
}

/** Undefined if several nodes have the id, because the link is ambiguous. */
function findPinSchema(end: LinkEnd, side: Side): PinSchema | undefined {
  const [node, other] = end.nodes
  return node?.block && !other ? schemaIn(node.block, end, side) : undefined
}

type Side = 'input' | 'output'

function schemaIn(block: Block, { pin, path }: Pick<LinkEnd, 'pin' | 'path'>, side: Side): PinSchema | undefined {
  const schema = side === 'input' ? sinkSchema(block, path) : sourceSchema(block, pin, path)
  return schema && { schema, root: side === 'input' ? block.inputSchema : block.outputSchema }
}

/** A link brings the items of a pin that collects. A placeholder has every pin. */
export function sinkSchema({ inputSchema, collectPins, kind }: Block, { base }: PinPath): JsonSchema | undefined {
  const schema = findProperty(inputSchema, base) ?? (kind === 'placeholder' ? {} : undefined)
  return schema && collectPins.has(base) ? (schema.items ?? {}) : schema
}

/** Every block has the pin `error`. A tool pin belongs to the pin `tools`. */
export function sourceSchema(block: Block, pin: string, { base }: PinPath): JsonSchema | undefined {
  if (block.kind === 'placeholder') return {}
  if (isToolPin(pin)) return findProperty(block.outputSchema, TOOLS_PIN) && {}
  return findProperty(block.outputSchema, base) ?? (base === 'error' ? { type: 'string' } : undefined)
}

function unknownPin(block: Block, side: Side, pin: string): string {
  const { properties = {} } = side === 'input' ? block.inputSchema : block.outputSchema
  const names = Object.keys(properties)
  const named = names.slice(0, MAX_NAMED_PINS).join(', ') || 'none'
  const more = names.length > MAX_NAMED_PINS ? ` and ${names.length - MAX_NAMED_PINS} more` : ''
  return `block ${block.qualifiedName} has no ${side} pin "${parsePinPath(pin).base}"; it has ${named}${more}`
}

/** Graph inputs are matched by name, so input blocks must have different names. */
function nameFaults(nodes: CheckedNode[]): Fault[] {
  const seen = new Set<string>()
  return nodes.flatMap(({ path, node, block }) => {
    const name = block?.kind === 'input' ? node?.inputs.name : undefined
    if (typeof name !== 'string') return []
    if (seen.has(name)) return [{ path: `${path}.inputs.name`, message: `another input block is named "${name}"` }]
    seen.add(name)
    return []
  })
}
