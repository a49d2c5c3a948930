import type { ExchangeRequest, Page, StoredExchange } from '@ashlar/core'
import { builder } from '../../base/builder.ts'
import type { SchemaContext } from '../../base/context.ts'
import { defineList } from '../../base/list.ts'

type Response = NonNullable<StoredExchange['response']>

const HttpHeaderType = builder.objectRef<[name: string, value: string]>('HttpHeader').implement({
  description: 'A header of an HTTP response.',
  fields: (t) => ({
    name: t.string({ description: 'The name in lower case.', resolve: ([name]) => name }),
    value: t.string({ description: 'The value.', resolve: ([, value]) => value }),
  }),
})

const HttpResponseType = builder.objectRef<Response>('HttpResponse').implement({
  description: 'The response that a block received. Secrets of credentials are masked.',
  fields: (t) => ({
    status: t.exposeInt('status', { description: 'The status code.' }),
    headers: t.field({ type: [HttpHeaderType], description: 'The headers.', resolve: ({ headers }) => headers }),
    base64: t.exposeString('base64', {
      description: 'The part of the body that the block has read, as base64, at most 1 MiB.',
      extensions: { isLong: true },
    }),
    cut: t.exposeBoolean('isCut', { description: 'Whether a part of the body is missing.' }),
  }),
})

const HttpExchangeType = builder.objectRef<StoredExchange>('HttpExchange').implement({
  description: 'An HTTP request of a block and its response.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'The time at which the block received the end of the response.' }),
    nodeId: t.exposeString('nodeId', { description: 'The node in the graph.' }),
    number: t.exposeInt('number', { description: 'The number of the node execution within the node.' }),
    method: t.exposeString('method', { description: 'The method of the request.' }),
    url: t.exposeString('url', { description: 'The URL of the request, without the secret of a credential.' }),
    credential: t.exposeString('credential', {
      nullable: true,
      description: 'The provider whose credential the request used. Null if it used none.',
    }),
    response: t.field({
      type: HttpResponseType,
      nullable: true,
      description: 'The response. Null if the request failed.',
      resolve: ({ response }) => response,
    }),
    failure: t.string({
      nullable: true,
      description: 'For people: why the request failed. Null if it has a response.',
      resolve: ({ error }) => error?.message,
    }),
  }),
})

export const HttpExchangeList = defineList<StoredExchange>()({
  type: HttpExchangeType,
  name: 'HttpExchange',
  plural: 'exchanges',
  filter: (t) => ({ nodeId: t.string({ description: 'The node in the graph.' }) }),
  orderFields: { TIME: 'The end of the exchange.' },
  defaultOrder: { field: 'TIME', direction: 'ASC' },
  locate: ({ id }) => ({ value: id, id }),
})

/** Reads one page of the exchanges of each execution. */
export function loadExchanges(
  executionIds: readonly string[],
  request: ExchangeRequest,
  { api }: SchemaContext,
): Promise<Map<string, Page<StoredExchange>>> {
  return api.executions.httpExchanges(executionIds, request)
}
