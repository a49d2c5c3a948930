import { AshlarError, JsonText, Turns } from '@ashlar/core'
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

/** The values of type `JSON` in one answer, as JSON, the long texts, and the objects in lists that have no pages. */
const MAX_BYTES = 16 * 1024 * 1024
/** The estimated length of a number, a boolean or null, and of the punctuation around a value. */
const VALUE_BYTES = 4
/** What an object in a list counts. */
const OBJECT_BYTES = 320

/**
 * Limits what an answer contains besides the pages of its lists: JSON values, texts of fields with the extension
 * `isLong`, and objects in lists without pages, such as the nodes of a graph. A field that does not fit has an error
 * LIMIT_EXCEEDED. Each event of a subscription is an answer of its own.
 *
 * These fields take turns: GraphQL would complete them all without letting other work run.
 */
class ValuePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    const measure = this.#findMeasure(field)
    if (!measure) return resolve
    return (parent, args, context, info): unknown => {
      const answer = answerOf(context)
      const value: unknown = resolve(parent, args, context, info)
      const turn = answer.turns.wait()
      if (!turn && !(value instanceof Promise)) return count(answer, value, measure)
      return (async () => {
        const settled: unknown = await value
        await turn
        return count(answer, settled, measure)
      })()
    }
  }

  /** @returns undefined for a field that is not counted */
  #findMeasure({ type, args, name, extensions }: PothosOutputFieldConfig<Types>): Measure | undefined {
    const isLong = extensions?.['isLong'] === true
    if (type.kind === 'Scalar')
      return isLong || this.builder.configStore.getTypeConfig(type.ref).name === 'JSON' ? measureValue : undefined
    const isObjectList = type.kind === 'List' && type.type.kind !== 'Scalar' && type.type.kind !== 'Enum'
    return isObjectList && name !== 'edges' && !('first' in args) && !('ids' in args) ? measureList : undefined
  }
}

PothosBuilder.registerPlugin('values', ValuePlugin)

/** What has been counted for an answer, which has a context of its own. A value that occurs again is measured once. */
interface Answer {
  bytes: number
  readonly sizes: WeakMap<object, number>
  readonly turns: Turns
}

type Measure = (value: object | string, answer: Answer) => number

const answers = new WeakMap<object, Answer>()

function answerOf(context: object): Answer {
  const answer = answers.get(context) ?? { bytes: 0, sizes: new WeakMap(), turns: new Turns() }
  answers.set(context, answer)
  return answer
}

/** @throws {AshlarError} LIMIT_EXCEEDED */
function count<Value>(answer: Answer, value: Value, measure: Measure): Value {
  if (value === null || (typeof value !== 'object' && typeof value !== 'string')) return value
  const bytes = measure(value, answer)
  if (answer.bytes + bytes > MAX_BYTES) throw tooLarge()
  answer.bytes += bytes
  return value
}

function measureList(list: object | string): number {
  return Array.isArray(list) ? list.length * OBJECT_BYTES : 0
}

function measureValue(value: object | string, { sizes }: Answer): number {
  if (typeof value === 'string') return value.length
  const size = sizes.get(value) ?? MAX_BYTES - subtract(value, MAX_BYTES)
  sizes.set(value, size)
  return size
}

/** Subtracts the size of a value. Ends as soon as the result is negative. */
function subtract(value: unknown, left: number): number {
  if (typeof value === 'string') return left - value.length - VALUE_BYTES
  if (value instanceof JsonText) return left - value.text.length
  let rest = left - VALUE_BYTES
  if (typeof value !== 'object' || value === null) return rest
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && rest >= 0; i++) rest = subtract(value[i], rest)
    return rest
  }
  for (const key in value) {
    rest = subtract((value as Record<string, unknown>)[key], rest - key.length - VALUE_BYTES)
    if (rest < 0) return rest
  }
  return rest
}

function tooLarge(): AshlarError {
  const message = `the JSON values and lists of the answer have more than ${MAX_BYTES} bytes, the maximum of an answer. Request smaller pages or fewer values.`
  return new AshlarError('LIMIT_EXCEEDED', message, { details: { limit: 'values', allowed: MAX_BYTES } })
}
