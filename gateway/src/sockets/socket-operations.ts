import { reviveNumber } from '@ashlar/core'
import { GraphQLError, type ExecutionArgs } from 'graphql'
import type { Context, OperationResult, ServerOptions, SubscribePayload } from 'graphql-ws'
import type { Api } from '../graphql/api.ts'
import type { SocketExtra } from './socket-client.ts'

type Options = ServerOptions<Record<string, unknown>, SocketExtra>
type Executor = (args: ExecutionArgs) => OperationResult

/** What a socket runs its operations with. */
export type SocketOperations = Required<Pick<Options, 'jsonMessageReviver' | 'onSubscribe' | 'execute' | 'subscribe'>>

/** Runs the operations of sockets through the same pipeline as those that come over HTTP. */
export function createSocketOperations(api: Api): SocketOperations {
  return {
    jsonMessageReviver: reviveNumber,
    onSubscribe: (context, _id, payload) => prepare(api, context, payload),
    execute: (args) => (args as Prepared).execute(args),
    subscribe: (args) => (args as Prepared).subscribe(args),
  }
}

/** An operation with the functions of the pipeline that execute it. */
interface Prepared extends ExecutionArgs {
  execute: Executor
  subscribe: Executor
}

async function prepare(
  api: Api,
  { extra }: Context<Record<string, unknown>, SocketExtra>,
  { query, variables, operationName }: SubscribePayload,
): Promise<Prepared | readonly GraphQLError[]> {
  const { schema, execute, subscribe, contextFactory, parse, validate } = api.getEnveloped({ ...extra.caller })
  try {
    const document = parse(query)
    const errors: readonly GraphQLError[] = validate(schema, document)
    if (errors.length > 0) return errors
    return {
      schema,
      document,
      contextValue: await contextFactory(),
      variableValues: variables,
      operationName,
      execute,
      subscribe,
    }
  } catch (error) {
    if (error instanceof GraphQLError) return [error] // its syntax
    throw error
  }
}
