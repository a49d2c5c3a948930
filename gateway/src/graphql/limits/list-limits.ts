import type { AshlarError } from '@ashlar/core'
import {
  getNamedType,
  getNullableType,
  GraphQLID,
  isInputObjectType,
  isInputType,
  isListType,
  typeFromAST,
  type ASTVisitor,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationContext,
} from 'graphql'
import { toRequestError } from '../../http/mask-error.ts'
import { LIMITS, limitExceeded } from './limits.ts'

/** A validation rule: a list in the text of a query must not have too many items. */
export function listLimitRule(context: ValidationContext): ASTVisitor {
  return {
    ListValue({ values }) {
      const type = context.getParentInputType()
      if (!type || !isListType(getNullableType(type)) || values.length <= LIMITS[limitOf(type)]) return
      context.reportError(toRequestError(tooManyItems(limitOf(type), 'a list in the query', values.length)))
    },
  }
}

/**
 * Checks the lists in the variables of a request. Lists within a JSON value are not limited.
 *
 * @throws {AshlarError} LIMIT_EXCEEDED
 */
export function assertVariableLists(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  for (const { variable, type: node } of variableDefinitions) {
    const type = typeFromAST(schema, node)
    if (isInputType(type)) assertLists(type, variables[variable.name.value], `$${variable.name.value}`)
  }
}

function assertLists(given: GraphQLInputType, value: unknown, path: string): void {
  const type = getNullableType(given)
  if (typeof value !== 'object' || value === null) return
  if (isListType(type) && Array.isArray(value)) {
    const limit = limitOf(type)
    if (value.length > LIMITS[limit]) throw tooManyItems(limit, `variable ${path}`, value.length)
    value.forEach((item: unknown, index) => assertLists(type.ofType, item, `${path}.${index}`))
  } else if (isInputObjectType(type)) {
    const fields = value as Readonly<Record<string, unknown>>
    for (const field of Object.values(type.getFields())) assertLists(field.type, fields[field.name], `${path}.${field.name}`)
  }
}

/** Every id may load an object. */
function limitOf(type: GraphQLInputType): 'ids' | 'items' {
  return getNamedType(type) === GraphQLID ? 'ids' : 'items'
}

function tooManyItems(limit: 'ids' | 'items', subject: string, value: number): AshlarError {
  const unit = limit === 'ids' ? 'ids' : 'items'
  return limitExceeded(limit, { subject, unit, value, advice: 'Send several requests.' })
}
