import { compareValues, sumNumbers, type JsonNumber } from '@ashlar/sdk'
import {
  argument,
  itemsOf,
  readAttribute,
  toRuntimeValue,
  type Filter,
  type FilterArguments,
  type RuntimeValue,
} from './values.ts'

/** Adds numbers, exactly if they are whole. */
export const sum: Filter = (value, args) => {
  const attribute = argument(args, 0, 'attribute')
  const start = argument(args, 1, 'start') ?? 0
  return sumNumbers([start, ...itemsOf(value, 'sum').map((item) => readAttribute(item, attribute))].map(toNumber))
}

function toNumber(value: unknown): JsonNumber {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return Number(value)
  throw new Error(`the filter sum needs numbers, got ${JSON.stringify(value) ?? 'an undefined value'}`)
}

/** The smallest item; undefined in an empty list. */
export const min: Filter = (value, args) => extreme(itemsOf(value, 'min'), args, -1)

/** The largest item; undefined in an empty list. */
export const max: Filter = (value, args) => extreme(itemsOf(value, 'max'), args, 1)

function extreme(items: readonly unknown[], args: FilterArguments, sign: 1 | -1): unknown {
  const isCaseSensitive = argument(args, 0, 'case_sensitive') === true
  const key = keyOf(argument(args, 1, 'attribute'), isCaseSensitive)
  let best: unknown
  for (const [i, item] of items.entries()) if (i === 0 || sign * compareValues(key(item), key(best)) > 0) best = item
  return best
}

function keyOf(attribute: unknown, isCaseSensitive: boolean, otherwise?: unknown): (item: unknown) => unknown {
  return (item) => {
    const key = readAttribute(item, attribute) ?? otherwise ?? null
    return typeof key === 'string' && !isCaseSensitive ? key.toLowerCase() : key
  }
}

/** Lists `(grouper, list)` for each value of an attribute, in the order of the values. */
export const groupby: Filter = (value, args) => {
  const attribute = argument(args, 0, 'attribute')
  if (attribute === undefined) throw new Error('the filter groupby needs the name of an attribute')
  const otherwise = argument(args, 1, 'default')
  const key = keyOf(attribute, argument(args, 2, 'case_sensitive') === true, otherwise)
  const items = itemsOf(value, 'groupby').toSorted((a, b) => compareValues(key(a), key(b)))
  const groups: unknown[][] = []
  for (const item of items) {
    const [first] = groups.at(-1) ?? []
    if (groups.length > 0 && compareValues(key(first), key(item)) === 0) groups.at(-1)?.push(item)
    else groups.push([item])
  }
  const listed = groups.map((list) => [readAttribute(list[0], attribute) ?? otherwise ?? null, list])
  return withNames(toRuntimeValue(listed))
}

/** A group is a pair whose parts have names too. */
function withNames(groups: RuntimeValue): RuntimeValue {
  for (const group of groups.value as (RuntimeValue & { builtins: Map<string, RuntimeValue> })[]) {
    const [grouper, list] = group.value as [RuntimeValue, RuntimeValue]
    group.builtins.set('grouper', grouper).set('list', list)
  }
  return groups
}
