import { AshlarError, JsonText } from '@ashlar/core'
import PothosBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'

declare global {
  // Pothos requires declaration merging for the options of plugins.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      values: ValuePlugin<Types>
    }
  }
}

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>

/** The values of type `JSON` in one answer, as JSON. */
const MAX_BYTES = 16 * 1024 * 1024
/** The estimated length of a number, a boolean or null, and of the punctuation around a value. */
const VALUE_BYTES = 4

/**
 * Limits the size of the JSON values in an answer. A field whose value does not fit has an error LIMIT_EXCEEDED. Each
 * event of a subscription is an answer of its own.
 */
class ValuePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, { type }: PothosOutputFieldConfig<Types>): Resolver<Types> {
    if (type.kind !== 'Scalar' || this.builder.configStore.getTypeConfig(type.ref).name !== 'JSON') return resolve
    return (parent, args, context, info): unknown => {
      const value: unknown = resolve(parent, args, context, info)
      return value instanceof Promise ? value.then((each) => count(context, each)) : count(context, value)
    }
  }
}

PothosBuilder.registerPlugin('values', ValuePlugin)

/** What has been counted for an answer, which has a context of its own. A value that occurs again is measured once. */
interface Answer {
  bytes: number
  sizes: WeakMap<object, number>
}

const answers = new WeakMap<object, Answer>()

/** @throws {AshlarError} LIMIT_EXCEEDED */
function count<Value>(context: object, value: Value): Value {
  if (typeof value !== 'object' && typeof value !== 'string') return value
  const answer = answers.get(context) ?? { bytes: 0, sizes: new WeakMap() }
  answers.set(context, answer)
  const bytes = sizeOf(value, answer)
  if (answer.bytes + bytes > MAX_BYTES) throw tooLarge()
  answer.bytes += bytes
  return value
}

function sizeOf(value: unknown, { sizes }: Answer): number {
  if (typeof value !== 'object' || value === null) return MAX_BYTES - measure(value, MAX_BYTES)
  const size = sizes.get(value) ?? MAX_BYTES - measure(value, MAX_BYTES)
  sizes.set(value, size)
  return size
}

/** Subtracts the size of a value. Ends as soon as the result is negative. */
function measure(value: unknown, left: number): number {
  if (typeof value === 'string') return left - value.length - VALUE_BYTES
  if (value instanceof JsonText) return left - value.text.length
  let rest = left - VALUE_BYTES
  if (typeof value !== 'object' || value === null) return rest
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && rest >= 0; i++) rest = measure(value[i], rest)
    return rest
  }
  for (const key in value) {
    rest = measure((value as Record<string, unknown>)[key], rest - key.length - VALUE_BYTES)
    if (rest < 0) return rest
  }
  return rest
}

function tooLarge(): AshlarError {
  const message = `the JSON values of the answer have more than ${MAX_BYTES} bytes, the maximum of an answer. Request smaller pages or fewer values.`
  return new AshlarError('LIMIT_EXCEEDED', message, { details: { limit: 'values', allowed: MAX_BYTES } })
}
