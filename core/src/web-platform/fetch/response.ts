import { getBody, cloneBody, extractBody, installBody, isUnusable, setBody, type Body, type BodyMembers } from './body.ts'
import { Headers, createHeaders, listOfHeaders, type HeadersGuard } from './headers.ts'
import { URL } from '../url/url.ts'
import { defineInterface, requireArguments, toByteString, toDictionary, toUsvString } from '../base/webidl.ts'

interface ResponseInit {
  status: number
  statusText: string
  headers: unknown
}

interface State {
  type: 'default' | 'error' | 'basic'
  status: number
  statusText: string
  url: string
  redirected: boolean
  guard: HeadersGuard
}

const DEFAULTS: State = { type: 'default', status: 200, statusText: '', url: '', redirected: false, guard: 'response' }

/** Section 2.2.3: responses with these statuses have no body. */
export const NULL_BODY = [101, 103, 204, 205, 304]
const REDIRECTS = [301, 302, 303, 307, 308]
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Fetch section 5.5. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- `installBody` adds the mixin
export class Response {
  #state = { ...DEFAULTS }
  #headers: Headers

  constructor(body?: unknown, init?: Partial<ResponseInit>) {
    const { status, statusText, headers } = toDictionary<ResponseInit>(init)
    if (status !== undefined) this.#state.status = toStatus(status)
    if (statusText !== undefined) this.#state.statusText = toByteString(statusText)
    if (!REASON_PHRASE.test(this.#state.statusText)) throw new TypeError('statusText contains a control character')
    this.#headers = createHeaders(headers, this.#state.guard)
    setBody(this, null)
    if (body === undefined || body === null) return
    if (NULL_BODY.includes(this.#state.status)) throw new TypeError(`a response with status ${this.#state.status} has no body`)
    const extracted = extractBody(body)
    setBody(this, extracted.body)
    if (extracted.type !== null && !this.#headers.has('content-type')) this.#headers.append('Content-Type', extracted.type)
  }

  static error(): Response {
    return createResponse({ ...DEFAULTS, type: 'error', status: 0, guard: 'immutable' })
  }

  static redirect(url: unknown, status: unknown = 302): Response {
    requireArguments(arguments.length, 1)
    const address = toUsvString(url)
    if (!URL.canParse(address)) throw new TypeError(`"${address}" is not an absolute URL`)
    const code = Number(status)
    if (!REDIRECTS.includes(code)) throw new RangeError(`status ${code} is not a redirect`)
    return createResponse({ ...DEFAULTS, status: code, guard: 'immutable' }, [['Location', new URL(address).href]])
  }

  static json(data: unknown, init?: Partial<ResponseInit>): Response {
    requireArguments(arguments.length, 1)
    const text = JSON.stringify(data)
    if (text === undefined) throw new TypeError('the value has no JSON form')
    const headers = new Headers(toDictionary<ResponseInit>(init).headers)
    if (!headers.has('content-type')) headers.set('Content-Type', 'application/json')
    return new Response(text, { ...init, headers: listOfHeaders(headers) })
  }

  get type(): string {
    return this.#state.type
  }
  get url(): string {
    return this.#state.url
  }
  get redirected(): boolean {
    return this.#state.redirected
  }
  get status(): number {
    return this.#state.status
  }
  get ok(): boolean {
    return this.#state.status >= 200 && this.#state.status <= 299
  }
  get statusText(): string {
    return this.#state.statusText
  }
  get headers(): Headers {
    return this.#headers
  }

  clone(): Response {
    const body = getBody(this)
    if (isUnusable(body)) throw new TypeError('the body is locked or was already read')
    return createResponse(this.#state, listOfHeaders(this.#headers), cloneBody(body))
  }

  static create(state: State, headers: readonly (readonly [string, string])[] = [], body: Body | null = null): Response {
    const response = new Response()
    response.#state = state
    response.#headers = createHeaders(headers, state.guard)
    setBody(response, body)
    return response
  }
}

export interface Response extends BodyMembers {}

/** Creates a response from the network. The constructor cannot set its URL or make its headers immutable. */
export const { create: createResponse } = Response
Reflect.deleteProperty(Response, 'create')
installBody(Response.prototype)
defineInterface(Response, 'Response')

function toStatus(value: unknown): number {
  const status = Math.trunc(Number(value)) & 0xffff
  if (status < 200 || status > 599) throw new RangeError(`status must be from 200 to 599, got ${status}`)
  return status
}
