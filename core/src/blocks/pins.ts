import { isEqual } from '@ashlar/sdk/json'
import { PIN_MARKERS, findMarkerFault, type MarkedPin, type PinMarker } from '@ashlar/sdk/markers'
import { jsonTypes, resolveSchema, type JsonSchema } from '../pins/index.ts'

/** The pins of a block, by how they take part in loops. */
export interface BlockPins {
  /** The output pins on which a run may yield; undefined when its schema does not list them. */
  outputPins: ReadonlySet<string> | undefined
  /** Outputs of which a run may yield several values. Each value starts an iteration. */
  manyPins: ReadonlySet<string>
  /** Outputs that are many in the nodes that set one of these inputs. */
  manyIfPins: ReadonlyMap<string, readonly string[]>
  /** Outputs that are many in some nodes. */
  loopPins: ReadonlySet<string>
  /** Outputs that receive the number of iterations. */
  donePins: ReadonlySet<string>
  /** Outputs that receive the failures in the loop of the block. */
  caughtPins: ReadonlySet<string>
  /** Inputs that gather the values of all iterations into a list. */
  collectPins: ReadonlySet<string>
  /** Collecting inputs whose values the block reads in pages while it runs. */
  pagedPins: ReadonlySet<string>
  /** Inputs without which the block also runs. */
  optionalPins: ReadonlySet<string>
  /** Inputs of which a later broadcast value replaces an earlier one. */
  latestPins: ReadonlySet<string>
  /** Inputs for results of earlier runs. A run in a `FIFO` graph waits for all of them or for none. */
  feedbackPins: ReadonlySet<string>
  /** The input that receives the facts of the collected loop. */
  loopPin: string | undefined
  /** The output with which a run asks for the next step, and the input that receives the steps so far. */
  stepPin: string | undefined
  stepsPin: string | undefined
  /** The input that receives the tools of a node. */
  toolsPin: string | undefined
}

/** Reads the pins and their markers from the schemas of a block. */
export function describePins(inputSchema: JsonSchema, outputSchema: JsonSchema): BlockPins {
  const [inputs, outputs] = [listPins(inputSchema), listPins(outputSchema)]
  const yielded = outputs.filter(({ meta }) => meta.done !== true && meta.caught !== true)
  const manyPins = namesWith(outputs, 'many')
  const manyIfPins = new Map(outputs.flatMap(({ name, meta }) => (isNames(meta.manyIf) ? [[name, meta.manyIf]] : [])))
  return {
    outputPins: outputSchema.properties && new Set(yielded.map(({ name }) => name)),
    manyPins,
    manyIfPins,
    loopPins: manyIfPins.size === 0 ? manyPins : new Set([...manyPins, ...manyIfPins.keys()]),
    donePins: namesWith(outputs, 'done'),
    caughtPins: namesWith(outputs, 'caught'),
    collectPins: namesWith(inputs, 'collect'),
    pagedPins: namesWith(inputs, 'paged'),
    optionalPins: namesWith(inputs, 'optional'),
    latestPins: namesWith(inputs, 'latest'),
    feedbackPins: namesWith(inputs, 'feedback'),
    loopPin: nameWith(inputs, 'loop'),
    stepPin: nameWith(outputs, 'step'),
    stepsPin: nameWith(inputs, 'steps'),
    toolsPin: nameWith(inputs, 'tools'),
  }
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

/**
 * Returns the block with the pins that it has in a node: some are many only if the node sets certain inputs.
 *
 * @param linked base names of the input pins with a link
 */
export function withNodePins<T extends BlockPins & { inputSchema: JsonSchema }>(
  block: T,
  constants: Readonly<Record<string, unknown>>,
  linked: ReadonlySet<string>,
): T {
  const isSet = (pin: string): boolean => {
    const value = constants[pin]
    return (
      linked.has(pin) || (value !== undefined && value !== null && !isEqual(value, block.inputSchema.properties?.[pin]?.default))
    )
  }
  const more = [...block.manyIfPins].filter(([, inputs]) => inputs.some(isSet)).map(([pin]) => pin)
  return more.length === 0 ? block : { ...block, manyPins: new Set([...block.manyPins, ...more]) }
}

/** Finds the first fault of the markers in the schemas of a block. */
export function findPinFault(staticOutput: boolean, inputSchema: JsonSchema, outputSchema: JsonSchema): PinFault | undefined {
  const fault = findMarkerFault({ staticOutput, inputs: listPins(inputSchema), outputs: listPins(outputSchema) })
  return fault && { path: [`${fault.side}Schema`, 'properties', fault.pin], message: fault.message }
}

/** Returns the markers of a pin with this schema. */
export function listMarkers(schema: JsonSchema, root: JsonSchema): PinMarker[] {
  const meta = readMeta(schema, root)
  return PIN_MARKERS.filter((marker) => meta[marker] === true)
}

interface PinFault {
  path: string[]
  message: string
}

const NO_PINS: ReadonlySet<string> = new Set()

function namesWith(pins: readonly MarkedPin[], marker: PinMarker | 'paged'): ReadonlySet<string> {
  const names = pins.filter(({ meta }) => meta[marker] === true).map(({ name }) => name)
  return names.length === 0 ? NO_PINS : new Set(names)
}

function nameWith(pins: readonly MarkedPin[], marker: PinMarker): string | undefined {
  return pins.find(({ meta }) => meta[marker] === true)?.name
}

function listPins(root: JsonSchema): MarkedPin[] {
  return Object.entries(root.properties ?? {}).map(([name, schema]) => ({
    name,
    meta: readMeta(schema, root),
    isList: jsonTypes(schema, root)?.has('array') ?? false,
  }))
}

/** The metadata of a schema with an id is in its definition. */
function readMeta(schema: JsonSchema, root: JsonSchema): MarkedPin['meta'] {
  return schema.$ref === undefined ? schema : { ...resolveSchema(schema, root), ...schema }
}
