import { AshlarError, type CallerApi, type RepeatableResult } from '@ashlar/core'
import type { InputFieldMap, InputShapeFromFields, FieldMap } from '@pothos/core'
import type { GraphQLResolveInfo } from 'graphql'
import { builder, type SchemaTypes } from './builder.ts'
import type { SchemaContext } from './context.ts'
import { ErrorInterface } from './errors.ts'
import { assertText, type OperationScope } from './plugins/index.ts'
import { toPayloadErrors, type PayloadError } from './translate.ts'

/** Builds the fields of an input. */
export type InputBuilder = PothosSchemaTypes.InputFieldBuilder<SchemaTypes, 'InputObject'>
/** Builds the fields of a payload. */
export type PayloadBuilder<Result extends object> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Outcome<Result>>

/** The parent of the fields of a payload: the result of the mutation, or its errors. */
type Outcome<Result extends object> = Partial<Result> & { errors: PayloadError[] }

interface MutationOptions<Fields extends InputFieldMap, Result extends object> {
  description: string
  /** The scope that the mutation requires. The description names it. */
  scope: OperationScope
  /** The fields of `input`. @default the mutation takes no argument */
  input?: (t: InputBuilder) => Fields
  /** The fields of the payload, except `errors`. They are null if the mutation fails, so each is nullable. */
  payload: (t: PayloadBuilder<Result>) => FieldMap
  /**
   * How a repetition with the same idempotency key obtains the result. The input then has the field `idempotencyKey`.
   * @default the mutation takes no key
   */
  repetition?: RepeatableResult<Result>
  /** An expected error of core becomes the `errors` of the payload. */
  resolve(input: InputShapeFromFields<Fields>, context: SchemaContext): Promise<Result>
}

const IDEMPOTENCY_KEY =
  'Any text of 1 to 255 characters. A request with the same key and the same input within 24 hours returns the result of the first one. With another input it fails with CONFLICT. Other users may use the same key.'

/**
 * Defines a mutation `name(input: NameInput!): NamePayload`. The payload has the object of the mutation, its edge where
 * lists of it exist, and `errors`, which is empty if the mutation succeeded. The payload is null only after an
 * unexpected error.
 */
export function defineMutation<Fields extends InputFieldMap, Result extends object>(
  name: string,
  { description, scope, input, payload, repetition, resolve }: MutationOptions<Fields, Result>,
): void {
  const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const Input =
    input &&
    builder.inputType(`${typeName}Input`, {
      description: `The input of \`${name}\`.`,
      fields: (t) => ({ ...input(t), ...(repetition && { idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }) }) }),
    })
  const Payload = builder.objectRef<Outcome<Result>>(`${typeName}Payload`).implement({
    description: `The result of \`${name}\`.`,
    fields: (t) => ({
      ...payload(t as PayloadBuilder<Result>),
      errors: t.field({
        type: [ErrorInterface],
        description: 'Why the mutation failed and changed nothing. Empty if it succeeded.',
        resolve: ({ errors }) => errors,
      }),
    }),
  })
  const perform: typeof resolve = (given, context) => {
    const { idempotencyKey, ...rest } = (given ?? {}) as { idempotencyKey?: string | null }
    if (!repetition || idempotencyKey == null) return resolve(given, context)
    const request = { key: idempotencyKey, operation: name, arguments: rest }
    return context.api.idempotency.run(request, () => resolve(given, context), repetition)
  }
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      nullable: true,
      description,
      scope,
      unauthorizedResolver: (_root, _args, _context, _info, error) => ({ errors: toPayloadErrors(error) }) as never,
      args: Input ? { input: t.arg({ type: Input, required: true, description: 'The input of the mutation.' }) } : {},
      resolve: (async (
        _root: unknown,
        args: { input: InputShapeFromFields<Fields> },
        context: SchemaContext,
        info: GraphQLResolveInfo,
      ) => {
        try {
          assertText(args, info)
          return { ...(await perform(args.input, context)), errors: [] }
        } catch (error) {
          return { errors: toPayloadErrors(error) }
        }
      }) as never, // The type of a resolver depends on whether the result is a list, which TypeScript cannot decide here.
    }),
  )
}

/** Finds objects by id. */
type Find<Item> = (api: CallerApi, ids: string[]) => Promise<ReadonlyMap<string, Item>>

/**
 * The result of a mutation that makes one object: a repetition loads it.
 *
 * @param field of the result that has the object
 * @param idOf returns the id of the object
 */
export function repeatObject<Field extends string, Item>(
  field: Field,
  idOf: (item: Item) => string,
  find: Find<Item>,
): RepeatableResult<Record<Field, Item>> {
  return {
    save: (result) => ({ id: idOf(result[field]) }),
    load: async ({ id }: { id: string }, api) =>
      ({ [field]: await findMade(id, (ids) => find(api, ids)) }) as Record<Field, Item>,
  }
}

/** @throws {AshlarError} NOT_FOUND when the object has been deleted since, or is no longer visible */
export async function findMade<Item>(id: string, find: (ids: string[]) => Promise<ReadonlyMap<string, Item>>): Promise<Item> {
  const found = (await find([id])).get(id)
  if (found !== undefined) return found
  const message = 'the object that the first request with this idempotencyKey has made no longer exists'
  throw new AshlarError('NOT_FOUND', message, { details: { path: ['idempotencyKey'] } })
}
