import { Environment } from '@huggingface/jinja'

/** A value of a running template. `toString` returns its printed form. */
export interface RuntimeValue {
  readonly type: string
  readonly value: unknown
  toString(): string
}

/** The arguments of a filter, by position and by name. */
export interface FilterArguments {
  readonly list: readonly RuntimeValue[]
  readonly named: ReadonlyMap<string, RuntimeValue>
}

/** @returns a runtime value, or any other value, which becomes one */
export type Filter = (value: RuntimeValue, args: FilterArguments) => unknown

export function setVariable(environment: Environment, name: string, value: unknown): RuntimeValue {
  // `set` rejects existing names, but a value may shadow the predefined `namespace`.
  environment.variables.delete(name)
  const variable = environment.set(name, withoutBigInts(value))
  restoreDigits(variable, value)
  return variable as RuntimeValue
}

export function toRuntimeValue(value: unknown): RuntimeValue {
  return setVariable(new Environment(), 'value', value)
}

/** The library rejects bigints as input, but can print and compare a bigint that is stored in its own integer value. */
function withoutBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return 0
  if (Array.isArray(value)) return value.map(withoutBigInts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutBigInts(member)]))
}

function restoreDigits(variable: { value: unknown }, value: unknown): void {
  if (typeof value === 'bigint') variable.value = value
  if (typeof value !== 'object' || value === null) return
  const parts = variable.value as { value: unknown }[] | Map<string, { value: unknown }>
  for (const [key, part] of parts.entries()) restoreDigits(part, (value as Record<string | number, unknown>)[key])
}

/** Returns the JSON value of a runtime value; undefined for an unknown variable. */
export function toValue({ type, value }: RuntimeValue): unknown {
  if (type === 'UndefinedValue') return undefined
  if (Array.isArray(value)) return (value as RuntimeValue[]).map(toValue)
  if (!(value instanceof Map)) return value
  return Object.fromEntries([...(value as Map<string, RuntimeValue>)].map(([key, member]) => [key, toValue(member)]))
}

export function isEmpty({ type }: RuntimeValue): boolean {
  return type === 'UndefinedValue' || type === 'NullValue'
}

/** The printed form; empty for an unknown variable and for null. */
export function print(value: RuntimeValue): string {
  return isEmpty(value) ? '' : value.toString()
}

/** An argument by its position or its name. */
export function argument({ list, named }: FilterArguments, at: number, name: string): unknown {
  const given = list[at] ?? named.get(name)
  return given && toValue(given)
}

/** The items of a list, the keys of a dictionary, or the characters of a text. @throws for any other value */
export function itemsOf(value: RuntimeValue, filter: string): unknown[] {
  const plain = toValue(value)
  if (plain === undefined || plain === null) return []
  if (Array.isArray(plain)) return plain
  if (typeof plain === 'string') return Array.from(plain)
  if (typeof plain === 'object') return Object.keys(plain)
  throw new Error(`the filter ${filter} needs a list, got ${value.toString()}`)
}

/** Reads an attribute such as `owner.name` or `0`. @param attribute undefined or null for the item itself */
export function readAttribute(item: unknown, attribute: unknown): unknown {
  if (attribute === undefined || attribute === null) return item
  let found = item
  for (const name of String(attribute).split('.')) {
    const isObject = typeof found === 'object' && found !== null && Object.hasOwn(found, name)
    found = isObject ? (found as Record<string, unknown>)[name] : undefined
  }
  return found
}
