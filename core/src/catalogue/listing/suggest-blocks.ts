import { AshlarError, showValue } from '../../base/index.ts'
import type { Block } from '../../blocks/index.ts'
import { sinkSchema, sourceSchema } from '../../engine/graph/index.ts'
import {
  appendStep,
  canFit,
  findConversion,
  findLoss,
  parsePinPath,
  type JsonSchema,
  type PinPath,
  type PinSchema,
} from '../../pins/index.ts'
import { comparePinTypes } from './compare-pin-types.ts'

/**
 * Suggests blocks for a link from an output pin.
 *
 * A block is suggested for one of its input pins: the one that fits best. A pin fits better the more precisely its type
 * describes the values of the output (`comparePinTypes`), if it has the same name or shares a word with it, and if the
 * block needs it. A pin that would destroy the meaning of the value never fits, nor does a pin that editors hide. A pin
 * that gathers a loop fits an output that starts one. A block that needs few other inputs is more useful than one that
 * needs many, and a common block is more useful than others. A pin for a dictionary of any values, such as those of a
 * template, also accepts one value as an entry with the name of the output.
 */
export interface BlockSuggestion {
  block: Block
  /** The input pin for the link. */
  pin: string
  /** The end of the link at the block: the pin, or a new entry of its dictionary, such as `values_#_title`. */
  path: string
  /** Whether the value is converted to the type of the pin. */
  isConverted: boolean
  /** Whether both pins declare types that have values in common. */
  isTyped: boolean
  /** Higher is more relevant. */
  relevance: number
}

/** A pin of a block, with a path into its value: `data/parse-csv` and `rows_$_0`. */
export interface BlockPin {
  /** Qualified name or UUID. */
  block: string
  pin: string
}

/** @throws {AshlarError} NOT_FOUND when the block or its output pin does not exist */
export function findSource({ block: name, pin }: BlockPin, find: (name: string) => Block | undefined): Source {
  const block = find(name)
  if (!block) throw unknown(`there is no block ${showValue(name)}`, 'block')
  const path = parsePinPath(pin)
  const schema = sourceSchema(block, pin, path)
  const names = [...Object.keys(block.outputSchema.properties ?? {}), 'error'].join(', ')
  if (!schema) throw unknown(`block ${block.qualifiedName} has no output pin ${showValue(path.base)}; it has ${names}`, 'pin')
  return { block, path, pin: { schema, root: block.outputSchema } }
}

interface Source {
  block: Block
  path: PinPath
  pin: PinSchema
}

function unknown(message: string, field: keyof BlockPin): AshlarError {
  return new AshlarError('NOT_FOUND', message, { details: { path: ['fromPin', field] } })
}

/** @returns at most one suggestion for each block, in any order */
export function suggestBlocks(source: Source, blocks: readonly Block[]): BlockSuggestion[] {
  return blocks.flatMap((block) => {
    if (!isUsable(block)) return []
    const [best] = Object.keys(block.inputSchema.properties ?? {})
      .flatMap((pin, i) => suggestPinOrEntry(source, block, pin, i))
      .toSorted((a, b) => b.relevance - a.relevance)
    return best ?? []
  })
}

/** Input blocks take no links, notes never run, and the pins of a graph block depend on the graph. */
function isUsable({ kind, unavailable }: Block): boolean {
  if (unavailable !== undefined) return false
  return kind === 'standard' || kind === 'output' || kind === 'approval'
}

function suggestPinOrEntry(source: Source, block: Block, pin: string, index: number): BlockSuggestion[] {
  const whole = suggestPin(source, block, pin, index)
  return whole.some(({ isTyped }) => isTyped) ? whole : [...whole, ...suggestEntry(source, block, pin, index)]
}

function suggestPin(source: Source, block: Block, pin: string, index: number): BlockSuggestion[] {
  const schema = sinkSchema(block, { base: pin, steps: [] })
  if (!schema || !isShown(block, pin)) return []
  if (block.kind === 'output' && pin !== 'value') return []
  const sink = { schema, root: block.inputSchema }
  const { steps } = source.path
  if (canFit(source.pin, steps, sink, []) !== undefined || findLoss(source.pin, steps, sink, [])) return []
  const conversion = findConversion(source.pin, steps, sink, [])
  if (conversion?.isLossy) return []
  const isConverted = conversion?.certainty === 'ALWAYS'
  const precision = isConverted ? CONVERTED : comparePinTypes(source.pin, steps, sink)
  const relevance = precision + scoreName(source, pin) + scorePlace(source, block, pin, index)
  return [{ block, pin, path: pin, isConverted, isTyped: !isConverted && precision > 0, relevance }]
}

function isShown({ inputSchema: { properties = {} } }: Block, pin: string): boolean {
  return properties[pin]?.hidden !== true && properties[pin]?.loop !== true
}

/** Suggests a new entry of a pin whose value is a dictionary of any values. */
function suggestEntry(source: Source, block: Block, pin: string, index: number): BlockSuggestion[] {
  const schema = sinkSchema(block, { base: pin, steps: [] })
  if (!schema || !isShown(block, pin) || !hasAnyEntries(schema)) return []
  const key = nameOf(source)
  const relevance = ENTRY + (splitName(key).length > 0 ? SAME_WORD : 0) + scorePlace(source, block, pin, index)
  return [{ block, pin, path: appendStep(pin, { kind: 'key', key }), isConverted: false, isTyped: false, relevance }]
}

function hasAnyEntries({ type, properties, additionalProperties: member }: JsonSchema): boolean {
  if (type !== 'object' || properties) return false
  return member === true || (typeof member === 'object' && Object.keys(member).length === 0)
}

/** A conversion that keeps the meaning of the value, such as a number that becomes text. */
const CONVERTED = 0.3
const SAME_NAME = 3
const SAME_WORD = 1.5
/** An entry accepts any value, and editors can name it. */
const ENTRY = 1.5
const NEEDED = 1
const EARLIER = 0.1
const ADVANCED = -2
const OTHER_NEEDED = -0.4
const SAME_PLUGIN = 0.3
const COMMON = 2
const GATHERS = 1.5
const GATHERS_NO_LOOP = -3

function nameOf({ path }: Source): string {
  return path.steps.findLast(({ kind }) => kind !== 'index')?.key ?? path.base
}

function scoreName(source: Source, pin: string): number {
  const name = nameOf(source)
  if (name === pin) return SAME_NAME
  const words = splitName(name)
  return splitName(pin).some((word) => words.includes(word)) ? SAME_WORD : 0
}

/** Words that say nothing about a value. */
const VAGUE = new Set(['input', 'output', 'result', 'value', 'data', 'item', 'in', 'out', 'a', 'b', 'of', 'to', 'by'])

function splitName(name: string): string[] {
  const words = name.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  return words.map((word) => word.replace(/(?<=..)s$/, '')).filter((word) => word !== '' && !VAGUE.has(word))
}

function scorePlace({ block: from, path }: Source, block: Block, pin: string, index: number): number {
  const required = block.inputSchema.required ?? []
  const isMany = from.manyPins.has(path.base) || from.manyIfPins.has(path.base)
  const gathers = block.collectPins.has(pin)
  return (
    (required.includes(pin) ? NEEDED : 0) +
    (block.inputSchema.properties?.[pin]?.advanced === true ? ADVANCED : 0) -
    index * EARLIER +
    required.filter((other) => other !== pin).length * OTHER_NEEDED +
    (block.common ? COMMON : 0) +
    (from.plugin.name === block.plugin.name && from.id !== block.id ? SAME_PLUGIN : 0) +
    (gathers ? (isMany ? GATHERS : GATHERS_NO_LOOP) : 0)
  )
}
