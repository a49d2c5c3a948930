import { defineEntity, JsonType, p } from '@mikro-orm/core'
import type { JsonSchema } from '../../pins/index.ts'
import type { GraphDocument } from '../../engine/graph/index.ts'

const GraphSchema = defineEntity({
  name: 'Graph',
  tableName: 'graph',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    name: p.text(),
    description: p.text(),
    labels: p.array(),
    activeVersionId: p.uuid(),
    /** The graph version it was forked from. */
    forkedFromId: p.uuid().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    deletedAt: p.datetime().nullable(),
  },
})
export class Graph extends GraphSchema.class {}
GraphSchema.setClass(Graph)

/** The bundle and the block to which each block reference of a document resolved when the version was saved. */
export type PinnedBlocks = Record<string, { digest: string; id: string }>

/** JSON that never changes. MikroORM would write each value that it reads as text, to detect changes. */
class ImmutableJson extends JsonType {
  override ensureComparable(): boolean {
    return false
  }
}

const GraphVersionSchema = defineEntity({
  name: 'GraphVersion',
  tableName: 'graph_version',
  properties: {
    id: p.uuid().primary(),
    /** Null for the single block of `runBlock`. */
    graphId: p.uuid().nullable(),
    ownerId: p.uuid(),
    /** 1, 2, 3 … per graph. */
    number: p.integer(),
    document: p.type(ImmutableJson).$type<GraphDocument>().columnType('json'),
    inputSchema: p.type(ImmutableJson).$type<JsonSchema>().columnType('json'),
    outputSchema: p.type(ImmutableJson).$type<JsonSchema>().columnType('json'),
    blocks: p.type(ImmutableJson).$type<PinnedBlocks>().columnType('json'),
    /** The version that each graph node runs, by node id. */
    children: p.type(ImmutableJson).$type<Record<string, string>>().columnType('json'),
    createdAt: p.datetime(),
  },
})
export class GraphVersion extends GraphVersionSchema.class {}
GraphVersionSchema.setClass(GraphVersion)
