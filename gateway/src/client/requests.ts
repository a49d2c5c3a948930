import { toError, type Client } from './client.ts'

/** A page of a list, as the API returns it. */
export interface Page<T> {
  edges: { node: T }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

const PAGE = 100

/**
 * Yields all items of a list, page by page.
 *
 * @param query has the variables `first` and `after`
 * @param pageOf returns the list in the data of a response
 * @param variables the other variables of the query
 */
export async function* readAll<T, Data>(
  client: Client,
  query: string,
  pageOf: (data: Data) => Page<T>,
  variables: object = {},
): AsyncGenerator<T, void> {
  for (let after: string | null = null; ;) {
    const { edges, pageInfo } = pageOf((await client.request(query, { ...variables, first: PAGE, after })) as Data)
    for (const { node } of edges) yield node
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor
  }
}

interface PayloadError {
  code: string
  message: string
  path: string[] | null
  position?: string | null
}

type Payload = Record<string, unknown> & { errors: PayloadError[] }

/**
 * Sends a mutation and returns a field of its payload.
 *
 * @param query has one mutation, and the variable `input` if `input` is given
 * @throws {AshlarError} with the code of the first error of the payload, and all of them as faults
 */
export async function mutate<T>(client: Client, query: string, field: string, input?: object): Promise<T> {
  const value = (await mutateAll<Record<string, unknown>>(client, query, input))[field] ?? null
  if (value === null) throw new Error(`the mutation returned no ${field}`)
  return value as T
}

/** Sends a mutation like {@link mutate} and returns its payload. */
export async function mutateAll<T>(client: Client, query: string, input?: object): Promise<T> {
  const data = (await client.request(query, input && { input })) as Record<string, Payload | null>
  const [payload] = Object.values(data)
  const [first] = payload?.errors ?? []
  if (payload && first) throw toPayloadError(first, payload.errors)
  return payload as T
}

/** The paths of faults are relative to the document or the file, as in the file that the user has. */
function toPayloadError({ code, path }: PayloadError, errors: readonly PayloadError[]): Error {
  const faults = errors.map((error) => ({ path: error.position ?? placeInField(error.path ?? []), message: error.message }))
  const [first = { path: '', message: '' }] = faults
  const text = first.path === '' ? first.message : `${first.path}: ${first.message}`
  const details = { ...(path && { path: path.slice(1) }), ...(faults.some((fault) => fault.path !== '') && { faults }) }
  const subject = path?.[1] === 'document' ? 'the graph has ' : ''
  return toError(code, faults.length === 1 ? text : `${subject}${faults.length} faults: ${text}`, details)
}

function placeInField([, field = '', ...place]: readonly string[]): string {
  if (place.length === 0) return ''
  return (field === 'document' ? place : [field, ...place]).join('.')
}
