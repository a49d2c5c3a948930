import { PIN_MARKERS } from '@ashlar/sdk/markers'
import { listCapabilities } from '../../capabilities/index.ts'
import { canFit, compileCoercion, parsePinPath, type JsonSchema, type PinSchema } from '../../pins/index.ts'
import { listMarkers, type Block } from '../../blocks/index.ts'
import { schemaFault } from './validate.ts'

type DifferenceKind = 'BLOCK_REMOVED' | 'PIN_REMOVED' | 'PIN_REQUIRED' | 'PIN_CHANGED' | 'CAPABILITY_ADDED'

/** A difference between an installed block and the block that a graph version pins. */
export interface BlockDifference {
  kind: DifferenceKind
  /** The affected pin, as `inputs.<pin>` or `outputs.<pin>`. */
  pin: string | null
  message: string
  /** Whether the node cannot use the installed block, because it uses what was removed or lacks what is required. */
  breaking: boolean
}

/** The parts of a block that a node uses. */
export interface BlockUse {
  /** Constant inputs, by pin. */
  constants: Readonly<Record<string, unknown>>
  /** Base names of the input and output pins with a link. */
  linkedInputs: ReadonlySet<string>
  linkedOutputs: ReadonlySet<string>
  /** Whether the graph is `TAGGED`. Otherwise, markers of pins have no effect. */
  isTagged: boolean
}

/** @param installed undefined when no installed block has this id */
export function compareBlocks(pinned: Block, installed: Block | undefined, use: BlockUse): BlockDifference[] {
  if (!installed) {
    const message = `block ${pinned.qualifiedName} is not in the installed version, or its plugin is not installed`
    return [{ kind: 'BLOCK_REMOVED', pin: null, message, breaking: true }]
  }
  return [
    ...inputDifferences(pinned, installed, use),
    ...outputDifferences(pinned, installed, use),
    ...newCapabilities(pinned, installed),
  ]
}

function inputDifferences(pinned: Block, installed: Block, { constants, linkedInputs, isTagged }: BlockUse): BlockDifference[] {
  const given = new Set([...linkedInputs, ...constantPins(constants)])
  const [before, after] = [pinsByName(pinned.inputSchema), pinsByName(installed.inputSchema)]
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => removedPin('inputs', name, given))
  const required = (installed.inputSchema.required ?? [])
    .filter((name) => !pinned.inputSchema.required?.includes(name))
    .map((name): BlockDifference => {
      const message = `input "${name}" is now required${given.has(name) ? '' : ': set a value or add a link'}`
      return { kind: 'PIN_REQUIRED', pin: `inputs.${name}`, message, breaking: !given.has(name) }
    })
  const changed = changedPins(before, after, isTagged).map(([name, old, now]): BlockDifference => {
    const misfit = linkedInputs.has(name) ? canFit(old, [], now, []) : undefined
    const remarked = isTagged && given.has(name) ? markerChange(old, now) : undefined
    return changedPin('inputs', name, remarked ?? misfit ?? constantFault(constants[name], now))
  })
  return [...removed, ...required, ...changed]
}

function outputDifferences(pinned: Block, installed: Block, { linkedOutputs, isTagged }: BlockUse): BlockDifference[] {
  const [before, after] = [pinsByName(pinned.outputSchema), pinsByName(installed.outputSchema)]
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => removedPin('outputs', name, linkedOutputs))
  const changed = changedPins(before, after, isTagged).map(([name, old, now]) => {
    const remarked = isTagged ? markerChange(old, now) : undefined
    return changedPin('outputs', name, linkedOutputs.has(name) ? (remarked ?? canFit(now, [], old, [])) : undefined)
  })
  return [...removed, ...changed]
}

function newCapabilities(pinned: Block, installed: Block): BlockDifference[] {
  const had = new Set(listCapabilities(pinned.capabilities).map(({ kind, detail }) => `${kind} ${detail}`))
  return listCapabilities(installed.capabilities)
    .map(({ kind, detail }) => `${kind} ${detail}`)
    .filter((capability) => !had.has(capability))
    .map((capability) => ({
      kind: 'CAPABILITY_ADDED',
      pin: null,
      message: `it requires a new capability: ${capability}`,
      breaking: false,
    }))
}

function removedPin(side: 'inputs' | 'outputs', name: string, used: ReadonlySet<string>): BlockDifference {
  const message = `pin "${name}" was removed${used.has(name) ? '' : '; this node does not use it'}`
  return { kind: 'PIN_REMOVED', pin: `${side}.${name}`, message, breaking: used.has(name) }
}

function changedPin(side: 'inputs' | 'outputs', name: string, wrong: string | undefined): BlockDifference {
  const message = `the type of "${name}" has changed${wrong === undefined ? '; the values and links of this node still fit' : `: ${wrong}`}`
  return { kind: 'PIN_CHANGED', pin: `${side}.${name}`, message, breaking: wrong !== undefined }
}

function constantFault(value: unknown, { schema, root }: PinSchema): string | undefined {
  if (value === undefined || value === null) return undefined
  return schemaFault(schema, root, compileCoercion(schema, root)?.(value) ?? value)
}

function constantPins(constants: BlockUse['constants']): string[] {
  const given = Object.entries(constants).filter(([, value]) => value !== undefined && value !== null)
  return given.map(([pin]) => parsePinPath(pin).base)
}

function pinsByName(root: JsonSchema): Map<string, PinSchema> {
  return new Map(Object.entries(root.properties ?? {}).map(([name, schema]) => [name, { schema, root }]))
}

function changedPins(
  before: ReadonlyMap<string, PinSchema>,
  after: ReadonlyMap<string, PinSchema>,
  isTagged: boolean,
): [name: string, old: PinSchema, now: PinSchema][] {
  return [...before].flatMap(([name, old]) => {
    const now = after.get(name)
    if (!now) return []
    const isChanged = typeText(old) !== typeText(now) || (isTagged && markerChange(old, now) !== undefined)
    return isChanged ? [[name, old, now] as [string, PinSchema, PinSchema]] : []
  })
}

/** Describes how the markers of a pin have changed. Undefined if they are the same. */
function markerChange(old: PinSchema, now: PinSchema): string | undefined {
  const [before, after] = [describeMarker(old), describeMarker(now)]
  return before === after ? undefined : `it was ${before} and is now ${after}, which changes how values pair in this graph`
}

function describeMarker({ schema, root }: PinSchema): string {
  const { manyIf } = schema
  if (Array.isArray(manyIf)) return `many if a node sets ${manyIf.join(' or ')}`
  return listMarkers(schema, root)[0] ?? 'not marked'
}

const HINTS = ['title', 'description', 'examples', 'placeholder', 'advanced', 'hidden', 'secret']
const ANNOTATIONS = new Set<string>([...HINTS, ...PIN_MARKERS, 'manyIf'])

/** The parts of a schema that determine which values are valid, as text. */
function typeText({ schema, root }: PinSchema): string {
  const withoutAnnotations = (key: string, value: unknown): unknown =>
    ANNOTATIONS.has(key) && (typeof value !== 'object' || Array.isArray(value)) ? undefined : value
  const defs = JSON.stringify(schema).includes('"$ref"') ? root.$defs : undefined
  return JSON.stringify([schema, defs], withoutAnnotations)
}
