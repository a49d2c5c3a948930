/**
 * A block whose behaviour is data, so that every engine can run it: `tests/conformance/semantics/README.md` defines the
 * language.
 */
export interface ScriptedBlock {
  kind?: 'standard' | 'input' | 'output'
  inputs?: Record<string, InputMarkers>
  outputs?: Record<string, OutputMarkers>
  staticOutput?: true
  serial?: true
  does?: Action[]
  /** Computes `does`, for a block that runs a graph. */
  expand?: (inputs: Record<string, unknown>) => Action[]
}

interface InputMarkers {
  collect?: true
  optional?: true
  latest?: true
  loop?: true
  /** The JSON type or types to which values are converted. @default any */
  type?: string | string[]
  steps?: true
  /** For graphs with the pairing FIFO: {@link assertDelivered} has the rule. */
  feedback?: true
}

interface OutputMarkers {
  many?: true
  /** Many in a node that sets one of these inputs. */
  manyIf?: string[]
  done?: true
  caught?: true
  step?: true
}

/** The block as one node uses it. */
export function settlePins(block: ScriptedBlock, isSet: (input: string) => boolean): ScriptedBlock {
  const settle = ({ manyIf, ...markers }: OutputMarkers): OutputMarkers =>
    manyIf?.some(isSet) ? { ...markers, many: true } : markers
  const outputs = Object.entries(block.outputs ?? {}).map(([pin, markers]): [string, OutputMarkers] => [pin, settle(markers)])
  return { ...block, outputs: Object.fromEntries(outputs) }
}

interface Conditional {
  when?: Condition
}

export type Action = Conditional &
  (
    | { yield: string; value: unknown }
    /** One iteration: the values by pin. */
    | { yield: Record<string, unknown> }
    /** For each item of a list. `as` names the item. @default 'item' */
    | { each: unknown; as?: string; do: Action[] }
    | { fail: unknown; retryable?: true }
    | { sleep: true }
    /** Never ends. */
    | { hang: true }
  )

type Condition = { is: [unknown, unknown] } | { not: Condition } | { remainder: [value: unknown, of: number, is: number] }

/** What one attempt of a block does, in order. */
export type Deed =
  | { type: 'yield'; values: [pin: string, value: unknown][]; isObject: boolean }
  | { type: 'sleep' }
  | { type: 'hang' }
  | { type: 'fail'; message: string; isRetryable: boolean }

interface Frame {
  inputs: Record<string, unknown>
  attempt: number
  items: Record<string, { value: unknown; k: number }>
}

/** Nothing follows a failure. */
export function perform(actions: readonly Action[], inputs: Record<string, unknown>, attempt: number): Deed[] {
  const deeds: Deed[] = []
  performIn(actions, { inputs, attempt, items: {} }, deeds)
  return deeds
}

function performIn(actions: readonly Action[], frame: Frame, deeds: Deed[]): void {
  for (const action of actions) {
    const last = deeds.at(-1)?.type
    if (last === 'fail' || last === 'hang') return
    if (action.when && !holds(action.when, frame)) continue
    if ('each' in action) {
      for (const [k, value] of listOf(evaluate(action.each, frame)).entries())
        performIn(action.do, { ...frame, items: { ...frame.items, [action.as ?? 'item']: { value, k } } }, deeds)
    } else if ('fail' in action)
      deeds.push({ type: 'fail', message: asText(evaluate(action.fail, frame)), isRetryable: action.retryable ?? false })
    else if ('sleep' in action) deeds.push({ type: 'sleep' })
    else if ('hang' in action) deeds.push({ type: 'hang' })
    else deeds.push(toYield(action, frame))
  }
}

function toYield(action: Extract<Action, { yield: unknown }>, frame: Frame): Deed {
  if (typeof action.yield === 'string') {
    const value = 'value' in action ? action.value : undefined
    return { type: 'yield', values: [[action.yield, evaluate(value, frame)]], isObject: false }
  }
  const values = Object.entries(action.yield).map(([pin, value]): [string, unknown] => [pin, evaluate(value, frame)])
  return { type: 'yield', values, isObject: true }
}

function holds(condition: Condition, frame: Frame): boolean {
  if ('not' in condition) return !holds(condition.not, frame)
  if ('is' in condition) {
    const [one, other] = condition.is
    return stableText(evaluate(one, frame)) === stableText(evaluate(other, frame))
  }
  const [value, of, is] = condition.remainder
  return asNumber(evaluate(value, frame)) % of === is
}

/** An object with one key that starts with `$` is an expression; everything else is a constant. */
function evaluate(expression: unknown, frame: Frame): unknown {
  if (typeof expression !== 'object' || expression === null || Array.isArray(expression)) return expression
  const [entry, second] = Object.entries(expression)
  if (!entry?.[0].startsWith('$') || second) return expression
  const [name, argument] = entry
  const compute = FUNCTIONS[name]
  if (!compute) throw new TypeError(`there is no function ${name}`)
  return compute(argument, frame)
}

const FUNCTIONS: Record<string, (argument: unknown, frame: Frame) => unknown> = {
  $in: (pin, { inputs }) => inputs[String(pin)] ?? null,
  $inputs: (_, { inputs }) => inputs,
  $attempt: (_, { attempt }) => attempt,
  $item: (name, { items }) => items[String(name)]?.value ?? null,
  $k: (name, { items }) => items[String(name)]?.k ?? null,
  $size: (list, frame) => sizeOf(evaluate(list, frame)),
  $sum: (parts, frame) => listOf(parts).reduce<number>((sum, part) => sum + asNumber(evaluate(part, frame)), 0),
  $text: (parts, frame) =>
    listOf(parts)
      .map((part) => asText(evaluate(part, frame)))
      .join(''),
  $list: (parts, frame) => listOf(parts).map((part) => evaluate(part, frame)),
  $range: (size, frame) => Array.from({ length: asNumber(evaluate(size, frame)) }, (_, i) => i),
  $get: (argument, frame) => {
    const [of, key] = listOf(argument)
    const value = evaluate(of, frame)
    const member = String(evaluate(key, frame))
    return typeof value === 'object' && value !== null ? ((value as Record<string, unknown>)[member] ?? null) : null
  },
  $digest: (salt, frame) => digest(stableText([listOf(salt).map((part) => evaluate(part, frame)), frame.inputs])),
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : stableText(value)
}

function digest(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** JSON text with sorted keys. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
