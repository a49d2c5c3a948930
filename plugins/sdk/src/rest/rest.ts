import type { BlockContext } from '../context.ts'
import type { Fetch, FetchInit } from '../fetch.ts'
import { parseJson, stringifyJson } from '../json/index.ts'
import { retryAfterMs, withRetries, type RetryPolicy } from './retry.ts'

export type RestMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request. Set at most one of `json`, `form` and `body`. */
export interface RestRequest {
  /** Parameters to append to the URL. A list repeats a parameter. Undefined and null are left out. */
  query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | null | undefined>>
  headers?: Readonly<Record<string, string>>
  json?: unknown
  /** Sent as `application/x-www-form-urlencoded`. Undefined is left out. */
  form?: Readonly<Record<string, QueryValue | undefined>>
  body?: NonNullable<FetchInit['body']>
  /** Whether repeating the request has no further effect. @default all methods except POST and PATCH */
  isRepeatable?: boolean
}

type QueryValue = string | number | bigint | boolean

/** A complete answer of a service. */
export interface RestAnswer {
  status: number
  headers: Headers
  text: string
  /** The parsed body, or undefined if it is not JSON. Integers keep all digits. */
  json: unknown
}

/** An error that a service has answered. */
export class RestError extends Error {
  readonly answer: RestAnswer

  constructor(message: string, answer: RestAnswer) {
    super(message)
    this.answer = answer
  }
}

/** How the API of a service works: see {@link defineRest}. */
export interface RestDefinition {
  /** The name of the service, for messages: `GitHub`. */
  title: string
  /** Where paths start, without a slash at the end: `https://api.github.com`. */
  baseUrl: string
  headers?: Readonly<Record<string, string>>
  /**
   * The text of an error in an answer. Undefined if the answer is a success. @default every status outside 200 to 299,
   * with the first text of the body under `message`, `error_description`, `error` or `detail`
   */
  findError?(answer: RestAnswer): string | undefined
  /**
   * The wait after an answer that means "too many requests". Such a request had no effect, so it is repeated whatever
   * its method. Undefined for any other answer, 0 if the answer names no wait. @default status 429 and `Retry-After`
   */
  findLimit?(answer: RestAnswer): number | undefined
  /** The maximum wait for a limit. If the service asks for more, the request fails. @default 60 000 */
  maxWaitMs?: number
  /** The maximum number of attempts of one request. @default 5 */
  attempts?: number
}

/** The parts of a block's context that requests use. Pass the context of the block. */
export type RestContext = Pick<BlockContext, 'signal' | 'log'>

/** A page of a list, and the path or URL of the next page if there is one. */
export interface RestPage<Item> {
  items: Item[]
  next: string | undefined
}

/** The API of a service, for one run of a block. */
export interface RestApi {
  /**
   * Sends a request and waits while the service limits its rate.
   *
   * @param path starts with a slash, or is a URL
   * @returns a successful answer
   * @throws {RestError} with the text of the service
   */
  send(method: RestMethod, path: string, request?: RestRequest): Promise<RestAnswer>
  /** Like `send`. Returns the parsed body, null if it is empty. @throws {RestError} @throws {Error} if the body is not JSON */
  json(method: RestMethod, path: string, request?: RestRequest): Promise<unknown>
  /**
   * Reads a list page by page.
   *
   * @param path of the first page
   * @param read returns the items of a page and where the next one is
   * @param most the maximum number of items
   */
  pages<Item>(path: string, read: (answer: RestAnswer) => RestPage<Item>, most?: number): AsyncGenerator<Item[], void>
}

/**
 * Declares the API of a service. `open` returns it for one run: requests that fail for a reason that may end are
 * repeated, rate limits are respected, and errors of the service become errors of the block.
 *
 * `const github = defineRest({ title: 'GitHub', baseUrl: 'https://api.github.com' })`, and in the block
 * `github.open((await context.credentials('github')).fetch, context).json('GET', '/user')`.
 */
export function defineRest(definition: RestDefinition): { open(fetch: Fetch, context: RestContext): RestApi } {
  return { open: (fetch, context) => openApi(definition, fetch, context) }
}

/** Statuses of failures that may end. Source: RFC 9110; 520 to 524 are those of a large proxy service. */
const TRANSIENT = new Set([408, 425, 500, 502, 503, 504, 520, 522, 524])
const MAX_PAGES = 10_000
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024

function openApi(definition: RestDefinition, fetch: Fetch, context: RestContext): RestApi {
  const { title, baseUrl, findError = describeError, findLimit = defaultLimit } = definition
  const { maxWaitMs = 60_000, attempts = 5 } = definition
  const send: RestApi['send'] = async (method, path, request = {}) => {
    const url = toUrl(baseUrl, path, request.query)
    const init = { ...toInit(method, request, definition.headers), signal: context.signal, maxResponseBytes: MAX_RESPONSE_BYTES }
    const isRepeatable = request.isRepeatable ?? (method !== 'POST' && method !== 'PATCH')
    const policy: RetryPolicy<RestAnswer> = {
      attempts,
      backoffMs: 1000,
      maxWaitMs,
      isTransient: (answer) =>
        answer ? findLimit(answer) !== undefined || (isRepeatable && TRANSIENT.has(answer.status)) : isRepeatable,
      askedMs: (answer) => findLimit(answer) || retryAfterMs(answer.headers),
    }
    const answer = await withRetries(async () => receive(await fetch(url, init)), policy, context)
    const error = findError(answer)
    if (error === undefined) return answer
    const limitMs = findLimit(answer)
    throw new RestError(
      limitMs === undefined ? error : `${title} limits the rate of requests${waitHint(limitMs)}: ${error}`,
      answer,
    )
  }
  const json: RestApi['json'] = async (method, path, request) => {
    const answer = await send(method, path, request)
    if (answer.text === '') return null
    if (answer.json === undefined) throw new Error(`${title} answered ${method} ${path} with a body that is not JSON`)
    return answer.json
  }
  return { send, json, pages: (path, read, most) => readPages(send, path, read, most) }

  function describeError(answer: RestAnswer): string | undefined {
    if (answer.status >= 200 && answer.status < 300) return undefined
    return `${title} answered with status ${answer.status}${findText(answer)}`
  }
}

function defaultLimit({ status, headers }: RestAnswer): number | undefined {
  return status === 429 ? (retryAfterMs(headers) ?? 0) : undefined
}

function waitHint(ms: number): string {
  return ms > 0 ? `; try again in ${Math.ceil(ms / 1000)} s` : ''
}

async function* readPages<Item>(
  send: RestApi['send'],
  path: string,
  read: (answer: RestAnswer) => RestPage<Item>,
  most = Infinity,
): AsyncGenerator<Item[], void> {
  let left = most
  const seen = new Set<string>()
  for (let at: string | undefined = path; at !== undefined && left > 0;) {
    if (seen.has(at)) throw new Error(`the service names the same page twice: ${at.slice(0, 200)}`)
    if (seen.size >= MAX_PAGES) throw new Error(`the list has more than ${MAX_PAGES} pages`)
    seen.add(at)
    const { items, next }: RestPage<Item> = read(await send('GET', at))
    if (items.length > 0) yield items.slice(0, left)
    left -= items.length
    at = next
  }
}

function toUrl(baseUrl: string, path: string, query: RestRequest['query'] = {}): string {
  const url = new URL(/^https?:\/\//.test(path) ? path : `${baseUrl}${path}`)
  for (const [name, value] of Object.entries(query))
    for (const each of [value].flat()) if (each !== undefined && each !== null) url.searchParams.append(name, String(each))
  return url.href
}

function toInit(
  method: RestMethod,
  { headers = {}, json, form, body }: RestRequest,
  common: Readonly<Record<string, string>> = {},
): FetchInit {
  const content = json !== undefined ? stringifyJson(json) : form ? toForm(form) : body
  const type = json !== undefined ? { 'content-type': 'application/json' } : {}
  return {
    method,
    headers: { accept: 'application/json', ...common, ...type, ...headers },
    ...(content !== undefined && { body: content }),
  }
}

function toForm(form: NonNullable<RestRequest['form']>): URLSearchParams {
  const pairs = Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return new URLSearchParams(pairs as [string, string][])
}

async function receive(response: Response): Promise<RestAnswer> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: tryParse(text) }
}

function tryParse(text: string): unknown {
  try {
    return text === '' ? undefined : parseJson(text)
  } catch {
    return undefined
  }
}

const TEXTS = ['message', 'error_description', 'detail', 'error', 'title']

/** @returns `: text`, or '' if the body has none */
function findText({ json, text }: RestAnswer): string {
  const found = findIn(json)
  if (found !== undefined) return `: ${found.slice(0, 500)}`
  return json === undefined && text !== '' && !text.trimStart().startsWith('<') ? `: ${text.trim().slice(0, 200)}` : ''
}

function findIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return findIn(value[0])
  if (typeof value !== 'object' || value === null) return undefined
  const entries = TEXTS.map((name) => (value as Record<string, unknown>)[name])
  return entries.find((each) => typeof each === 'string') ?? entries.map(findIn).find((each) => each !== undefined)
}
