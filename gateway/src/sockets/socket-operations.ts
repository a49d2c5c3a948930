import { reviveNumber } from '@ashlar/core'
import {
  getOperationAST,
  GraphQLError,
  type ExecutionArgs,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
} from 'graphql'
import type { Context, OperationResult, ServerOptions, SubscribePayload } from 'graphql-ws'
import type { Api } from '../graphql/api.ts'
import { toPublicErrors, withCode } from '../http/public-errors.ts'
import type { SocketExtra } from './socket-client.ts'

type Options = ServerOptions<Record<string, unknown>, SocketExtra>
type Executor = (args: ExecutionArgs) => OperationResult

/** The options of `graphql-ws` that run operations. */
export type SocketOperations = Required<
  Pick<Options, 'jsonMessageReviver' | 'onSubscribe' | 'onNext' | 'onError' | 'execute' | 'subscribe'>
>

/** Runs operations over WebSockets in the same pipeline as operations over HTTP. */
export function createSocketOperations(api: Api): SocketOperations {
  return {
    jsonMessageReviver: reviveNumber,
    onSubscribe: (context, _id, payload) => prepare(api, context, payload),
    onNext: async ({ extra }, _id, _payload, _args, result) => {
      const { errors, ...rest } = (await extra.largeResults.replaceData(result)) ?? result
      return { ...rest, ...(errors && { errors: format(errors) }) } as FormattedExecutionResult
    },
    onError: (_context, _id, _payload, errors) => format(errors),
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
  const { schema, execute, subscribe, contextFactory, parse, validate } = api.getEnveloped(
    extra.caller ? { caller: extra.caller } : {},
  )
  try {
    const document = parse(query)
    const errors: readonly GraphQLError[] = validate(schema, document)
    if (errors.length > 0) return errors
    if (!getOperationAST(document, operationName)) return [unknownOperation()]
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
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')] // a syntax error
    throw error
  }
}

function format(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  return toPublicErrors(errors).map((error) => error.toJSON())
}

function unknownOperation(): GraphQLError {
  const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' }
  return new GraphQLError('"operationName" must be the name of one operation in the query', { extensions })
}
