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
  /** An expected error of core becomes the `errors` of the payload. */
  resolve(input: InputShapeFromFields<Fields>, context: SchemaContext): Promise<Result>
}

/**
 * Defines a mutation `name(input: NameInput!): NamePayload`. The payload has the object of the mutation, its edge where
 * lists of it exist, and `errors`, which is empty if the mutation succeeded. The payload is null only after an
 * unexpected error.
 */
export function defineMutation<Fields extends InputFieldMap, Result extends object>(
  name: string,
  { description, scope, input, payload, resolve }: MutationOptions<Fields, Result>,
): void {
  const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const Input = input && builder.inputType(`${typeName}Input`, { description: `The input of \`${name}\`.`, fields: input })
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
          return { ...(await resolve(args.input, context)), errors: [] }
        } catch (error) {
          return { errors: toPayloadErrors(error) }
        }
      }) as never, // The type of a resolver depends on whether the result is a list, which TypeScript cannot decide here.
    }),
  )
}
