import { AshlarError, isText } from '@ashlar/core'
import PothosBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import {
  GraphQLID,
  GraphQLString,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLResolveInfo,
} from 'graphql'

declare global {
  // Pothos requires declaration merging for the options of plugins.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      text: TextPlugin<Types>
    }
  }
}

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>

/**
 * Checks every argument of type `String` or `ID`, at any depth, before its resolver runs. Postgres cannot store U+0000,
 * and an unpaired surrogate has no UTF-8 form, so it would be stored as another character. `JSON` arguments may contain
 * both. Mutations check their arguments themselves, because the error is part of their payload.
 */
class TextPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    return hasArguments(field) && field.kind !== 'Mutation' ? withTextCheck(resolve) : resolve
  }

  override wrapSubscribe(
    subscribe: Resolver<Types> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> | undefined {
    return subscribe && hasArguments(field) ? withTextCheck(subscribe) : subscribe
  }
}

PothosBuilder.registerPlugin('text', TextPlugin)

function hasArguments<Types extends SchemaTypes>({ args }: PothosOutputFieldConfig<Types>): boolean {
  return Object.keys(args).length > 0
}

function withTextCheck<Types extends SchemaTypes>(resolve: Resolver<Types>): Resolver<Types> {
  return (parent, args, context, info): unknown => {
    assertText(args as Record<string, unknown>, info)
    return resolve(parent, args, context, info)
  }
}

/** @throws {AshlarError} BAD_INPUT when a text argument is not Unicode text */
export function assertText(
  given: Record<string, unknown>,
  { parentType, fieldName }: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>,
): void {
  for (const { name, type } of parentType.getFields()[fieldName]?.args ?? []) assertTextValue(type, given[name], [name])
}

function assertTextValue(type: GraphQLInputType, value: unknown, path: readonly (string | number)[]): void {
  if (value == null) return
  if (isNonNullType(type)) return assertTextValue(type.ofType, value, path)
  if (isListType(type)) return (value as unknown[]).forEach((item, index) => assertTextValue(type.ofType, item, [...path, index]))
  if (isInputObjectType(type)) {
    const fields = value as Record<string, unknown>
    return Object.values(type.getFields()).forEach((field) =>
      assertTextValue(field.type, fields[field.name], [...path, field.name]),
    )
  }
  if ((type === GraphQLString || type === GraphQLID) && typeof value === 'string' && !isText(value)) throw notTextError(path)
}

/** The path of a field of an input object omits `input`, as in every other error. */
function notTextError([first = '', ...rest]: readonly (string | number)[]): AshlarError {
  const path = first === 'input' && rest.length > 0 ? rest : [first, ...rest]
  const message = `${path.join('.')} must be Unicode text without the character U+0000 and without unpaired surrogates`
  return new AshlarError('BAD_INPUT', message, { details: { path } })
}
