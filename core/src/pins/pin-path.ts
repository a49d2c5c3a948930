/**
 * Dynamic pins. A pin name can carry a path into its value: `rows_$_0` (list index), `values_#_name` (dictionary key),
 * `user_@_name` (object attribute). Paths nest from left to right: `rows_$_0_#_name`.
 * Source: execution semantics, rules 4 and 7.
 */
export interface PinPath {
  /** The pin of the block. */
  base: string
  steps: PinStep[]
}

export interface PinStep {
  kind: 'index' | 'key' | 'attribute'
  key: string
}

const SIGNS = { index: '$', key: '#', attribute: '@' } as const
const KINDS = { [SIGNS.index]: 'index', [SIGNS.key]: 'key', [SIGNS.attribute]: 'attribute' } as const
const SEPARATOR = new RegExp(`_([${Object.keys(KINDS).join('')}])_`)

export function parsePinPath(name: string): PinPath {
  const [base = '', ...rest] = name.split(SEPARATOR)
  const steps: PinStep[] = []
  for (let i = 0; i + 1 < rest.length; i += 2) steps.push({ kind: KINDS[rest[i] as keyof typeof KINDS], key: rest[i + 1] ?? '' })
  return { base, steps }
}

/** Extends a pin name by a step: `rows` and `{ kind: 'index', key: '0' }` → `rows_$_0`. */
export function appendStep(pin: string, { kind, key }: PinStep): string {
  return `${pin}_${SIGNS[kind]}_${key}`
}

/**
 * Selects the value at a path. Returns undefined if a step has the wrong type, is out of range or names a missing key.
 */
export function selectValue(value: unknown, steps: readonly PinStep[]): unknown {
  let selected = value
  for (const { kind, key } of steps) {
    selected = kind === 'index' ? getItem(selected, key) : getMember(selected, key)
    if (selected === undefined) return undefined
  }
  return selected
}

/** The items without a value in the lists of one {@link Placing}. */
const MAX_PADDED = 100_000

/** Shared by several calls of {@link placeValue}, which change what they have created in place. */
export class Placing {
  readonly created = new WeakSet<object>()
  padded = 0
}

/**
 * Sets the value at the end of a path. Other parts of the base value are kept. Lists are padded with null.
 *
 * @param placing shared by the calls that place the parts of one value. @default its own
 * @returns the new base value; `base` is not changed, unless a call with the same `placing` has returned it
 * @throws {RangeError} when a list index is not a whole number from 0 to 9999, or lists need more than 100 000 nulls
 */
export function placeValue(base: unknown, steps: readonly PinStep[], value: unknown, placing = new Placing()): unknown {
  const [step, ...rest] = steps
  if (!step) return value
  if (step.kind === 'index') return placeItem(base, [step, ...rest], value, placing)
  const isOwn = isObject(base) && placing.created.has(base)
  const object: Record<string, unknown> = isOwn ? base : isObject(base) ? { ...base } : {}
  placing.created.add(object)
  // defineProperty, because assignment to a key named __proto__ would set the prototype
  const placed = placeValue(getMember(object, step.key), rest, value, placing)
  return Object.defineProperty(object, step.key, { value: placed, enumerable: true, configurable: true, writable: true })
}

function placeItem(
  base: unknown,
  [step, ...rest]: readonly [PinStep, ...PinStep[]],
  value: unknown,
  placing: Placing,
): unknown[] {
  if (!/^\d{1,4}$/.test(step.key)) throw new RangeError(`list index must be a whole number from 0 to 9999, got "${step.key}"`)
  const index = Number(step.key)
  const given: unknown[] = Array.isArray(base) ? base : []
  placing.padded += Math.max(0, index - given.length)
  if (placing.padded > MAX_PADDED) throw new RangeError(`the lists have more than ${MAX_PADDED} items without a value`)
  const list = placing.created.has(given) ? given : [...given]
  placing.created.add(list)
  while (list.length <= index) list.push(null)
  list[index] = placeValue(list[index], rest, value, placing)
  return list
}

function getItem(value: unknown, key: string): unknown {
  return Array.isArray(value) && /^\d+$/.test(key) ? (value as unknown[])[Number(key)] : undefined
}

function getMember(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
