import { showValue } from '../../../../base/index.ts'
import { describeUnavailable, type Block } from '../../../../blocks/index.ts'
import { listProviders } from '../../../../capabilities/index.ts'
import { findProperty, parsePinPath, type Placing, placeValue } from '../../../../pins/index.ts'
import type { ImportedNode, TransferChange } from '../report/index.ts'
import { DROPDOWN } from './block-ids.ts'
import { AUTOGPT_BLOCKS } from './known-blocks.ts'
import { MAX_NAME_LENGTH, type ExportedNode } from './form.ts'
import type { NodeKeys } from './node-keys.ts'
import type { Source } from './source.ts'

export interface ConvertedNode {
  /** The node of the document; undefined if another node replaces it. */
  node: object | undefined
  report: ImportedNode
}

/** Converts a node whose block is installed. */
export function convertNode(
  { node, block, child }: Source & { block: Block | undefined },
  { keys, placing }: { keys: NodeKeys; placing: Placing },
): ConvertedNode {
  if (!block) throw new Error(`node ${node.id} has no block`)
  const changes: TransferChange[] = []
  const { title, position } = readMetadata(node, changes)
  const nodeId = keys.create(title ?? block.qualifiedName.slice(block.qualifiedName.indexOf('/') + 1))
  const inputs = convertInputs(node, block, { changes, placing })
  if (child) {
    inputs.graph_id = child.graphId
    inputs.graph_version = child.number
    changes.push({ kind: 'MAPPED', path: 'input_default.graph_id', message: 'the graph that was imported with this one' })
  }
  if (block.inputSchema.properties?.autogpt_quirks) inputs.autogpt_quirks = true
  const providers = listProviders(block.capabilities)
  const any = providers.length > 1 ? `one of the ${providers.length} providers of its block, such as ` : ''
  for (const provider of providers)
    changes.push({ kind: 'MISSING', path: 'credentials', message: `the node needs a credential for ${any}${provider}`, provider })
  if (block.unavailable !== undefined) changes.push({ kind: 'MISSING', path: 'block_id', message: describeUnavailable(block) })
  return {
    node: {
      id: nodeId,
      block: block.qualifiedName,
      inputs,
      ...(title !== undefined && { title }),
      ...(position && { position }),
    },
    report: {
      sourceId: node.id,
      nodeId,
      sourceBlock: node.block_id,
      block: block.qualifiedName,
      status: block.unavailable === undefined ? 'MAPPED' : 'UNAVAILABLE',
      changes,
    },
  }
}

/** Keeps the data of a node that cannot be converted. */
export function toPlaceholder({ node }: Source, keys: NodeKeys, reason: string): ConvertedNode {
  const changes: TransferChange[] = [{ kind: 'MISSING', path: 'block_id', message: reason }]
  const { title, position } = readMetadata(node, changes)
  const nodeId = keys.create(title ?? 'missing-block')
  const kept = Object.entries(node.input_default ?? {}).filter(([pin, value]) => !dropCredential(pin, value, changes))
  const data = { block_id: node.block_id, input_default: Object.fromEntries(kept), metadata: node.metadata ?? {} }
  const blockName = AUTOGPT_BLOCKS.get(node.block_id) ?? title
  return {
    node: {
      id: nodeId,
      block: PLACEHOLDER,
      inputs: { missing: node.block_id, name: blockName ?? null, reason, data },
      ...(title !== undefined && { title }),
      ...(position && { position }),
    },
    report: {
      sourceId: node.id,
      nodeId,
      sourceBlock: node.block_id,
      blockName: blockName ?? title,
      block: PLACEHOLDER,
      status: 'PLACEHOLDER',
      changes,
    },
  }
}

const PLACEHOLDER = 'graph/placeholder'

/** Pins that the block does not need: it is run for its owner, and the graph that it runs has the schemas. */
const OWN_PINS = ['user_id', 'input_schema', 'output_schema']

/** Converts the constants of a node. Leaves out those that the block has no pin for. */
function convertInputs(
  { block_id: blockId, input_default: given }: ExportedNode,
  block: Block,
  { changes, placing }: { changes: TransferChange[]; placing: Placing },
): Record<string, unknown> {
  const inputs = new Map<string, unknown>()
  for (const [pin, value] of Object.entries(given ?? {})) {
    const { base, steps } = parsePinPath(pin)
    const path = `input_default.${pin}`
    if (dropCredential(pin, value, changes)) continue
    if (block.kind === 'graph' && OWN_PINS.includes(pin)) {
      const kind = pin === 'user_id' ? 'DROPPED' : 'RECOMPUTED'
      changes.push({
        kind,
        path,
        message: pin === 'user_id' ? 'you own the graph' : 'the graph that the node runs determines it',
      })
    } else if (!findProperty(block.inputSchema, base))
      changes.push({
        kind: 'DROPPED',
        path,
        message: `block ${block.qualifiedName} has no input pin "${base}"; its value was ${showValue(value)}`,
      })
    else if (steps.length === 0) inputs.set(pin, value)
    else changes.push(placePart(inputs, pin, value, placing))
  }
  return blockId === DROPDOWN
    ? withOptions(Object.fromEntries(inputs), block, changes)
    : (Object.fromEntries(inputs) as Record<string, unknown>)
}

/** Puts a constant for a part of a pin into the constant of the pin. @returns what happened to it */
function placePart(inputs: Map<string, unknown>, pin: string, value: unknown, placing: Placing): TransferChange {
  const { base, steps } = parsePinPath(pin)
  const path = `input_default.${pin}`
  try {
    inputs.set(base, placeValue(inputs.get(base), steps, value, placing))
    return { kind: 'MAPPED', path, message: `a part of the value of "${base}"` }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { kind: 'DROPPED', path, message: `${error.message}; its value was ${showValue(value)}` }
  }
}

/** Older exports have the choices in `placeholder_values`. */
function withOptions(
  inputs: Record<string, unknown>,
  { inputSchema }: Block,
  changes: TransferChange[],
): Record<string, unknown> {
  const { placeholder_values: old, options } = inputs
  const isGiven = Array.isArray(options) && options.length > 0
  if (isGiven || !Array.isArray(old) || old.length === 0 || !inputSchema.properties?.options) return inputs
  changes.push({ kind: 'MAPPED', path: 'input_default.placeholder_values', message: 'the choices are in "options" now' })
  const { placeholder_values: _, ...rest } = inputs
  return { ...rest, options: old }
}

/** Whether a pin takes a credential. Its value names a credential of the user who made the export. */
export function isCredentialPin(pin: string): boolean {
  return /(^|_)credentials$/.test(parsePinPath(pin).base)
}

/** Whether a constant names a credential. Reports it. */
function dropCredential(pin: string, value: unknown, changes: TransferChange[]): boolean {
  if (!isCredentialPin(pin)) return false
  if (value === null || value === undefined) return true
  const { provider } = Object(value) as { provider?: unknown }
  const named = typeof provider === 'string' ? { provider } : {}
  const message = `the credential of another user${named.provider === undefined ? '' : ` for ${named.provider}`}: add one of yours`
  changes.push({ kind: 'DROPPED', path: `input_default.${pin}`, message, ...named })
  return true
}

const MAX_COORDINATE = Number.MAX_SAFE_INTEGER
/** Fields of `metadata` that a node here has too, or that it does not need. */
const METADATA = ['position', 'customized_name']

function readMetadata(
  { metadata, webhook_id: webhookId, webhook }: ExportedNode,
  changes: TransferChange[],
): { title: string | undefined; position: { x: number; y: number } | undefined } {
  const { position, customized_name: name } = metadata ?? {}
  const { x, y } = Object(position) as { x?: unknown; y?: unknown }
  if (webhookId != null || webhook != null)
    changes.push({
      kind: 'DROPPED',
      path: 'webhook_id',
      message: 'the webhook of another installation: create one for this graph',
    })
  for (const key of Object.keys(metadata ?? {}))
    if (!METADATA.includes(key))
      changes.push({ kind: 'DROPPED', path: `metadata.${key}`, message: 'nodes have no such field here' })
  const chars = typeof name === 'string' && name.trim() !== '' ? Array.from(name) : []
  if (chars.length > MAX_NAME_LENGTH)
    changes.push({
      kind: 'DROPPED',
      path: 'metadata.customized_name',
      message: `a title has at most ${MAX_NAME_LENGTH} characters; the end was cut`,
    })
  const title = chars.length > 0 ? chars.slice(0, MAX_NAME_LENGTH).join('') : undefined
  return { title, position: isCoordinate(x) && isCoordinate(y) ? { x, y } : undefined }
}

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_COORDINATE
}
