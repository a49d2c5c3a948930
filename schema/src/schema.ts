import { GraphQLSchema } from 'graphql'
import './accounts/index.ts'
import { builder } from './base/builder.ts'
import './credentials/index.ts'
import './executions/index.ts'
import './graphs/index.ts'
import './catalogue/index.ts'
import './sandbox/index.ts'
import './base/scalars.ts'
import { DESCRIPTION } from './description.ts'

let schema: GraphQLSchema | undefined

/** Returns the schema of the API. It is built once. */
export function buildSchema(): GraphQLSchema {
  schema ??= new GraphQLSchema({ ...builder.toSchema().toConfig(), description: DESCRIPTION })
  return schema
}
