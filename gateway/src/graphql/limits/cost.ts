import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { modelOf, type FieldModel } from './field-cost.ts'
import { readBulkSize, readDocumentCost, readPageSize, readListLength, type Variables } from './cost-arguments.ts'

/** An operation that has been validated. */
export interface PricedOperation {
  schema: GraphQLSchema
  document: DocumentNode
  operation: OperationDefinitionNode
  /** The variables of the request, which may be of wrong types. */
  variables: Readonly<Record<string, unknown>>
}

/**
 * Calculates the cost of an operation before it runs. The cost of a field is `size × (weight + the cost of its
 * selection)`; `size` is 1 except for lists. See {@link modelOf} for both numbers. Of a type that is an interface or a
 * union, the most expensive possible type counts. A field that `@skip` or `@include` omits counts too. A field that
 * checks a graph document costs more, the longer the document is.
 *
 * @returns a whole number
 */
export function calculateCost({ schema, document, operation, variables }: PricedOperation): number {
  const root = schema.getRootType(operation.operation)
  if (!root) return 0
  const pricing = new Pricing(schema, document, { given: variables, definitions: operation.variableDefinitions ?? [] })
  return Math.ceil(pricing.selection(operation.selectionSet, root, undefined) - ROUNDING)
}

/** Sums of tenths are not exact. */
const ROUNDING = 1e-6

/** Calculates each selection once for each type and page size, however often its fragment is spread. */
class Pricing {
  readonly #schema: GraphQLSchema
  readonly #variables: Variables
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #known = new Map<SelectionSetNode, Map<string, number>>()
  readonly #models = new Map<GraphQLField<unknown, unknown>, FieldModel>()

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Variables) {
    this.#schema = schema
    this.#variables = variables
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition)
  }

  /**
   * @param pageSize the `first` of the connection whose selection this is, or the number of objects that a mutation
   * changes; undefined for any other selection
   */
  selection(selectionSet: SelectionSetNode, type: GraphQLNamedType, pageSize: number | undefined): number {
    if (isAbstractType(type)) {
      const possible = this.#schema.getPossibleTypes(type)
      return possible.reduce((most, each) => Math.max(most, this.#ofObject(selectionSet, each, pageSize)), 0)
    }
    return isObjectType(type) ? this.#ofObject(selectionSet, type, pageSize) : 0
  }

  #ofObject(selectionSet: SelectionSetNode, type: GraphQLObjectType, pageSize: number | undefined): number {
    const known = this.#known.get(selectionSet) ?? new Map<string, number>()
    this.#known.set(selectionSet, known)
    const key = `${type.name} ${pageSize}`
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, 0) // ends the recursion of a fragment that contains itself
    let cost = 0
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) cost += this.#field(selection, type, pageSize)
      else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value)
        if (fragment && this.#applies(fragment.typeCondition?.name.value, type))
          cost += this.#ofObject(fragment.selectionSet, type, pageSize)
      }
    }
    known.set(key, cost)
    return cost
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true
    const conditionType = this.#schema.getType(condition)
    return isAbstractType(conditionType) && this.#schema.isSubType(conditionType, type)
  }

  #field(node: FieldNode, parent: GraphQLObjectType, pageSize: number | undefined): number {
    const field = this.#schema.getField(parent, node.name.value)
    if (!field) return 0
    const model = this.#models.get(field) ?? modelOf(parent, field)
    this.#models.set(field, model)
    const named = getNamedType(field.type)
    const isList = isListType(getNullableType(field.type)) && isCompositeType(named)
    const first = this.#readSize(node, field, model)
    const size = isList ? (first ?? pageSize ?? this.#idCount(node, model) ?? model.size) : 1
    const inner = node.selectionSet ? this.selection(node.selectionSet, named, isList ? undefined : first) : 0
    return size * (model.weight + inner) + (model.document ? readDocumentCost(node, model.document, this.#variables) : 0)
  }

  /** The number of items of the list below this field, if it is not a list itself. */
  #readSize(node: FieldNode, field: GraphQLField<unknown, unknown>, { pages, bulk }: FieldModel): number | undefined {
    if (pages) return readPageSize(node, field, this.#variables)
    return bulk && readBulkSize(node, bulk, this.#variables)
  }

  #idCount(node: FieldNode, { idsArgument }: FieldModel): number | undefined {
    return idsArgument === undefined ? undefined : readListLength(node, idsArgument, this.#variables)
  }
}
