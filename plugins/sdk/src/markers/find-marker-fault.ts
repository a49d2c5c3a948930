const OUTPUT_MARKERS = ['many', 'done', 'caught', 'step'] as const
const INPUT_MARKERS = ['collect', 'optional', 'latest', 'feedback', 'loop', 'steps', 'tools'] as const
/** All markers of pins. */
export const PIN_MARKERS = [...OUTPUT_MARKERS, ...INPUT_MARKERS]

/** A marker of a pin: metadata that determines how the pin takes part in loops. */
export type PinMarker = (typeof PIN_MARKERS)[number]

/** The metadata of a pin as an author writes it, so each marker can have any value. */
export interface MarkedPin {
  name: string
  meta: Readonly<Record<string, unknown>>
  /** Whether the values of the pin are lists. */
  isList: boolean
}

/** A block as far as its markers depend on it. */
export interface MarkedBlock {
  staticOutput: boolean
  inputs: readonly MarkedPin[]
  outputs: readonly MarkedPin[]
}

/** The first fault of the markers of a block. */
interface MarkerFault {
  side: 'input' | 'output'
  pin: string
  message: string
}

/** Finds the first marker that contradicts another one, or that is on a pin that cannot have it. */
export function findMarkerFault({ staticOutput, inputs, outputs }: MarkedBlock): MarkerFault | undefined {
  const hasMany = outputs.some(({ meta }) => meta.many === true || meta.manyIf !== undefined)
  const loops = inputs.filter(({ meta }) => meta.loop === true)
  for (const pin of inputs) {
    const message = inputFault(pin, inputs, loops)
    if (message !== undefined) return { side: 'input', pin: pin.name, message }
  }
  for (const pin of outputs) {
    const message = outputFault(pin, hasMany, staticOutput) ?? conditionFault(pin, inputs, staticOutput)
    if (message !== undefined) return { side: 'output', pin: pin.name, message }
  }
  return stepFault(inputs, outputs, hasMany || staticOutput)
}

/** A block that runs in steps has one input that is `steps` and one output that is `step`. */
function stepFault(inputs: readonly MarkedPin[], outputs: readonly MarkedPin[], hasOthers: boolean): MarkerFault | undefined {
  const having = (pins: readonly MarkedPin[], marker: PinMarker): MarkedPin[] => pins.filter(({ meta }) => meta[marker] === true)
  const [asks, receives] = [having(outputs, 'step'), having(inputs, 'steps')]
  for (const [pins, marker] of [
    [receives, 'steps'],
    [having(inputs, 'tools'), 'tools'],
  ] as const)
    if (pins[1])
      return {
        side: 'input',
        pin: pins[1].name,
        message: `the inputs "${pins[0]?.name}" and "${pins[1].name}" are both ${marker}: a block has at most one such input`,
      }
  const [first, second] = asks
  if (second)
    return {
      side: 'output',
      pin: second.name,
      message: `the outputs "${first?.name}" and "${second.name}" are both step: a block has at most one such output`,
    }
  const [received] = receives
  if (received && !first)
    return {
      side: 'input',
      pin: received.name,
      message: `the input "${received.name}" is steps, so the block must have an output that is step`,
    }
  if (first && !received)
    return {
      side: 'output',
      pin: first.name,
      message: `the output "${first.name}" is step, so the block must have an input that is steps`,
    }
  if (first && hasOthers)
    return {
      side: 'output',
      pin: first.name,
      message: `the output "${first.name}" is step, so the block must have neither staticOutput nor an output that is many`,
    }
  return undefined
}

function inputFault(pin: MarkedPin, inputs: readonly MarkedPin[], loops: readonly MarkedPin[]): string | undefined {
  const markers = markersOf(pin, INPUT_MARKERS)
  if (typeof markers === 'string') return markers
  const [marker, second] = markers
  if (second) return `the input "${pin.name}" is ${marker} and ${second}: an input has at most one of these markers`
  if (marker === 'collect' && !pin.isList)
    return `the input "${pin.name}" is collect, so it must be a list: declare it as z.array(…)`
  if (pin.meta.paged !== undefined && pin.meta.paged !== false) {
    if (pin.meta.paged !== true) return `the marker paged of the input "${pin.name}" must be true or false`
    if (marker !== 'collect') return `the input "${pin.name}" is paged, so it must also be collect`
  }
  if (marker !== 'loop') return undefined
  const other = loops.find((each) => each !== pin)
  if (other) return `the inputs "${pin.name}" and "${other.name}" are both loop: a block has at most one such input`
  if (inputs.some(({ meta }) => meta.collect === true)) return undefined
  return `the input "${pin.name}" is loop, so the block must have an input that is collect`
}

function outputFault(pin: MarkedPin, hasMany: boolean, staticOutput: boolean): string | undefined {
  const markers = markersOf(pin, OUTPUT_MARKERS)
  if (typeof markers === 'string') return markers
  const [marker, second] = markers
  if (marker === undefined) return undefined
  if (second) return `the output "${pin.name}" is ${marker} and ${second}: an output has at most one of these markers`
  if (pin.name === 'error' || pin.name === 'tools') return `the output "${pin.name}" cannot be ${marker}: choose another pin`
  if (staticOutput && marker !== 'step') return `the output "${pin.name}" is ${marker}, so the block must not have staticOutput`
  return hasMany || marker === 'step'
    ? undefined
    : `the output "${pin.name}" is ${marker}, so the block must have an output that is many`
}

/** Checks the names of the inputs that make an output many. */
function conditionFault({ name, meta }: MarkedPin, inputs: readonly MarkedPin[], staticOutput: boolean): string | undefined {
  const { manyIf } = meta
  if (manyIf === undefined) return undefined
  const isKnown = (input: unknown): boolean => inputs.some((each) => each.name === input)
  if (!Array.isArray(manyIf) || manyIf.length === 0 || !manyIf.every(isKnown))
    return `the marker manyIf of the output "${name}" must list inputs of the block: ${inputs.map((each) => each.name).join(', ') || 'it has none'}`
  const marker = OUTPUT_MARKERS.find((each) => meta[each] === true)
  if (marker) return `the output "${name}" is ${marker} and manyIf: an output has at most one of these markers`
  if (name === 'error' || name === 'tools') return `the output "${name}" cannot be manyIf: choose another pin`
  if (staticOutput) return `the output "${name}" is manyIf, so the block must not have staticOutput`
  return undefined
}

/** Returns the markers of a pin that are set, or a fault if one is not a boolean or belongs to the other side. */
function markersOf({ name, meta }: MarkedPin, allowed: readonly PinMarker[]): PinMarker[] | string {
  const side = allowed === INPUT_MARKERS ? 'input' : 'output'
  if (side === 'output' && meta.paged !== undefined) return `the output "${name}" is paged, but only an input can be`
  if (side === 'input' && meta.manyIf !== undefined) return `the input "${name}" is manyIf, but only an output can be`
  for (const marker of PIN_MARKERS) {
    const value = meta[marker]
    if (value === undefined || value === false) continue
    if (value !== true) return `the marker ${marker} of the ${side} "${name}" must be true or false`
    if (!allowed.includes(marker))
      return `the ${side} "${name}" is ${marker}, but an ${side} can only be ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`
  }
  return allowed.filter((marker) => meta[marker] === true)
}
