import type { ArgumentRef, FieldRef, InputFieldMap, InputRef, InputShapeFromFields, ObjectRef, OutputRef } from '@pothos/core'
import type { AshlarError, Direction, Listed, Page, PageRequest, Position } from '@ashlar/core'
import type { GraphQLResolveInfo } from 'graphql'
import { loadTogether } from './batch.ts'
import { builder, type SchemaTypes } from './builder.ts'
import type { SchemaContext } from './context.ts'
import { defineConnection, defineEdge, toConnection, type Connection, type Edge } from './connection.ts'
import type { OperationScope } from './plugins/index.ts'
import { decodeCursor, encodeCursor, parseFirst, selectsField } from './paging/index.ts'

type InputBuilder = PothosSchemaTypes.InputFieldBuilder<SchemaTypes, 'InputObject'>
type FieldBuilder<Parent> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Parent>
type RootFieldBuilder = PothosSchemaTypes.QueryFieldBuilder<SchemaTypes, SchemaTypes['Root']>

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'The direction in which a list is sorted.',
  values: {
    ASC: { description: 'Smallest, oldest or alphabetically first item first.' },
    DESC: { description: 'Largest, newest or alphabetically last item first.' },
  },
})

interface ListOptions<Item, Fields extends InputFieldMap, Field extends string> {
  /** The type of the items. */
  type: OutputRef
  /** The name of the type of the items. The names of all types of the list start with it. */
  name: string
  /** The items, for descriptions: `graphs`. */
  plural: string
  /** The fields by which a request filters the list. */
  filter: (t: InputBuilder) => Fields
  /** The sort fields with their descriptions. */
  orderFields: Record<Field, string>
  defaultOrder: { field: NoInfer<Field>; direction: Direction }
  /** The position of an item in the default order. */
  locate(item: Item): Position
  /** The cursor of an item. @default opaque text that names the list and its order */
  cursors?: { encode(item: Item): string; decode(cursor: string): Position }
}

interface DescribedOrder<Field extends string> {
  field: Field
  direction: Direction
  description: string
}

interface ListFieldOptions<Parent, Item, Filter, Field extends string, Args extends ArgumentMap> {
  description: string
  /** Arguments in addition to those of every list. */
  args?: Args
  /** What the field costs without its items. @default 1 */
  weight?: number
  /** The order without `orderBy`, if it is another one than in the other lists of the type. */
  defaultOrder?: DescribedOrder<Field>
  /** Loads a page for one parent. */
  load?: (
    parent: Parent,
    request: PageRequest<Filter, Field>,
    context: SchemaContext,
    args: InputShapeFromFields<Args>,
  ) => Promise<Page<Item>> | Page<Item>
  /**
   * Loads the same page for many parents, in a constant number of statements. Use it for lists of objects. A parent can
   * have an error instead.
   */
  loadMany?: (
    parentIds: readonly string[],
    request: PageRequest<Filter, Field>,
    context: SchemaContext,
  ) => Promise<ReadonlyMap<string, Page<Item> | AshlarError>>
  getParentId?: (parent: Parent) => string
}

type AnyFieldOptions<Parent, Item, Filter, Field extends string, Args extends ArgumentMap> = ListFieldOptions<
  Parent,
  Item,
  Filter,
  Field,
  Args
> & { scope?: OperationScope }

interface RootFieldOptions<Item, Filter, Field extends string, Args extends ArgumentMap> extends Omit<
  ListFieldOptions<object, Item, Filter, Field, Args>,
  'loadMany' | 'getParentId'
> {
  /** The scope that the query requires. */
  scope: OperationScope
}

/** Clients may write null for a field of a filter that they do not set. Such a field is omitted. */
type WithoutNulls<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], null> }

type ArgumentMap = Record<string, ArgumentRef<SchemaTypes, unknown>>

/** A list type of the API: its connection, edge, filter and order types. */
export interface List<Item, Filter, Field extends string> {
  Edge: ObjectRef<SchemaTypes, Edge<Item>>
  Connection: ObjectRef<SchemaTypes, Connection<Item>>
  /** The input type of the filter, for mutations that change all matching items. */
  Filter: InputRef<Filter>
  /** Adds a field with this list. It is nullable, so that its failure leaves the rest of the response intact. */
  field<Parent, Args extends ArgumentMap = Record<never, never>, Other extends string = never>(
    t: FieldBuilder<Parent>,
    options: ListFieldOptions<Parent, Item, WithoutNulls<Filter>, Field | Other, Args>,
  ): FieldRef<SchemaTypes, unknown>
  /** Adds a field with this list to Query. */
  rootField<Args extends ArgumentMap = Record<never, never>, Other extends string = never>(
    t: RootFieldBuilder,
    options: RootFieldOptions<Item, WithoutNulls<Filter>, Field | Other, Args>,
  ): FieldRef<SchemaTypes, unknown>
  /** The edge of an item, as in the list in its default order. */
  toEdge(item: Item): Edge<Item>
}

/**
 * Defines the types of a list: `defineList<Graph>()({ … })`. The types are `XConnection`, `XEdge`, `XFilter`, `XOrder`
 * and `XOrderField`.
 */
export function defineList<Item extends object>(): <Fields extends InputFieldMap, Field extends string>(
  options: ListOptions<Item, Fields, Field>,
) => List<Item, InputShapeFromFields<Fields>, Field> {
  return define
}

function define<Item extends object, Fields extends InputFieldMap, Field extends string>(
  options: ListOptions<Item, Fields, Field>,
): List<Item, InputShapeFromFields<Fields>, Field> {
  const { name, plural, defaultOrder, locate } = options
  const Filter = builder.inputType(`${name}Filter`, {
    description: `Selects ${plural}. Every given field must match.`,
    fields: options.filter,
  })
  const Order = defineOrder(options)
  const Edge = defineEdge<Item>(options)
  const Connection = defineConnection(options, Edge)
  const args = (t: FieldBuilder<unknown>, order: Parameters<typeof describeOrder>[0]) => ({
    first: t.arg.int({ defaultValue: 20, description: 'The number of items, 0 to 100.' }),
    after: t.arg.string({ description: 'The `cursor` of an item or the `endCursor` of a page. The page starts after it.' }),
    filter: t.arg({ type: Filter, description: `Which ${plural} to return. The default is all.` }),
    orderBy: t.arg({ type: Order, description: `The order of the ${plural}. ${describeOrder(order)}` }),
  })
  const addField = <Parent, Args extends ArgumentMap, Other extends string>(
    t: RootFieldBuilder,
    field: AnyFieldOptions<Parent, Item, WithoutNulls<InputShapeFromFields<Fields>>, Field | Other, Args>,
  ): FieldRef<SchemaTypes, unknown> =>
    t.field({
      type: Connection,
      nullable: true,
      description: field.description,
      scope: field.scope as OperationScope, // only fields of Query have one
      ...(field.weight !== undefined && { extensions: { cost: { weight: field.weight } } }),
      args: { ...field.args, ...args(t as unknown as FieldBuilder<unknown>, field.defaultOrder ?? defaultOrder) },
      resolve: async (parent, given, context, info) => {
        const request = parseRequest(options, field.defaultOrder ?? defaultOrder, given, info)
        const page = await loadPage(field, parent, request as never, context, info, given)
        return toConnection(page, (listed) => encode(options, request.orderBy, listed))
      },
    })
  return {
    Edge,
    Connection,
    Filter,
    field: (t, field) => addField(t as FieldBuilder<unknown> as unknown as RootFieldBuilder, field),
    rootField: addField,
    toEdge: (item) => ({ node: item, cursor: encode(options, defaultOrder, { item, position: locate(item) }) }),
  }
}

function encode<Item>(
  { name: list, cursors }: Pick<ListOptions<Item, InputFieldMap, string>, 'name' | 'cursors'>,
  order: { field: string; direction: Direction },
  { item, position }: Listed<Item>,
): string {
  return cursors ? cursors.encode(item) : encodeCursor({ list, ...order }, position)
}

/** GraphQL has validated the filter and the order. @throws {AshlarError} BAD_INPUT for the other arguments */
function parseRequest<Filter extends object, Field extends string>(
  { name: list, cursors }: Pick<ListOptions<never, InputFieldMap, string>, 'name' | 'cursors'>,
  defaultOrder: { field: Field; direction: Direction },
  { first, after, filter, orderBy }: ListArgs<Filter>,
  info: GraphQLResolveInfo,
): PageRequest<WithoutNulls<Filter>, Field> {
  const order = orderBy ?? defaultOrder
  const decode = cursors?.decode ?? ((cursor: string) => decodeCursor({ list, ...order }, cursor))
  return {
    first: parseFirst(first),
    after: after == null ? undefined : decode(after),
    orderBy: { field: order.field as Field, direction: order.direction },
    filter: omitNulls(filter),
    countTotal: selectsField(info, 'totalCount'),
  }
}

function omitNulls<Fields extends object>(fields: Fields | null | undefined): WithoutNulls<Fields> {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== null)) as WithoutNulls<Fields>
}

async function loadPage<Parent, Item, Filter, Field extends string, Args extends ArgumentMap>(
  { load, loadMany, getParentId }: ListFieldOptions<Parent, Item, Filter, Field, Args>,
  source: unknown,
  request: PageRequest<Filter, Field>,
  context: SchemaContext,
  { parentType, fieldName }: GraphQLResolveInfo,
  args: object,
): Promise<Page<Item>> {
  const parent = source as Parent
  if (load) return load(parent, request, context, args as InputShapeFromFields<Args>)
  const key = `${parentType.name}.${fieldName} ${JSON.stringify(request)}`
  const parentId = getParentId?.(parent) ?? (parent as { id: string }).id
  const loadPages = async (ids: readonly string[]) => (await loadMany?.(ids, request, context)) ?? new Map<string, Page<Item>>()
  return loadTogether<Page<Item>>(context, key, parentId, loadPages)
}

interface ListArgs<Filter> {
  first?: number | null | undefined
  after?: string | null | undefined
  filter?: Filter | null | undefined
  orderBy?: { field: string; direction: Direction } | null | undefined
}

function defineOrder({ name, plural, orderFields }: Pick<ListOptions<never, never, string>, 'name' | 'plural' | 'orderFields'>) {
  const values = Object.entries(orderFields).map(([field, description]) => [field, { description }] as const)
  const OrderField = builder.enumType(`${name}OrderField`, {
    description: `The fields by which ${plural} can be sorted.`,
    values: Object.fromEntries(values),
  })
  return builder.inputType(`${name}Order`, {
    description: `The order of ${plural}. Items with equal values are sorted by their ids.`,
    fields: (t) => ({
      field: t.field({ type: OrderField, required: true, description: 'The field to sort by.' }),
      direction: t.field({ type: OrderDirection, required: true, description: 'The direction.' }),
    }),
  })
}

function describeOrder({ field, direction, description }: { field: string; direction: Direction; description?: string }): string {
  return description ?? `The default is \`{ field: ${field}, direction: ${direction} }\`.`
}
