import { anySignal, isAbortSignal, type AbortSignal } from '../events/abort.ts'
import {
  getBody,
  cloneBody,
  extractBody,
  installBody,
  isUnusable,
  moveBody,
  setBody,
  type Body,
  type BodyMembers,
} from './body.ts'
import { createHeaders, listOfHeaders, type Headers } from './headers.ts'
import { URL } from '../url/url.ts'
import {
  defineInterface,
  requireArguments,
  toByteString,
  toDictionary,
  toDomString,
  toEnumValue,
  toUsvString,
} from '../base/webidl.ts'

export interface RequestInit {
  method: string
  headers: unknown
  body: unknown
  referrer: string
  referrerPolicy: string
  mode: string
  credentials: string
  cache: string
  redirect: string
  integrity: string
  keepalive: boolean
  signal: AbortSignal | null
  duplex: string
  window: null
}

/** Settings that only apply to browsers. They are stored so that they can be read. */
const SETTINGS = {
  referrerPolicy: [
    '',
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ],
  mode: ['cors', 'no-cors', 'same-origin', 'navigate'],
  credentials: ['same-origin', 'omit', 'include'],
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
  redirect: ['follow', 'error', 'manual'],
} as const

type Setting = keyof typeof SETTINGS
type Settings = Record<Setting, string>

interface State extends Settings {
  method: string
  url: string
  referrer: string
  integrity: string
  keepalive: boolean
}

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
const NORMALIZED = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']

/** Fetch section 5.4. There is no base URL, so the URL must be absolute. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- `installBody` adds the mixin
export class Request {
  readonly #state: State
  readonly #headers: Headers
  readonly #signal: AbortSignal

  constructor(input: unknown, init?: Partial<RequestInit>) {
    requireArguments(arguments.length, 1)
    const from = typeof input === 'object' && input !== null && #state in input ? input : undefined
    const options = toDictionary<RequestInit>(init)
    if (options.window !== undefined && options.window !== null) throw new TypeError('window can only be null')
    this.#state = { ...(from ? from.#state : defaultState(input)), ...toSettings(options) }
    if (options.method !== undefined) this.#state.method = toMethod(options.method)
    const signal = options.signal === undefined ? (from ? from.#signal : null) : options.signal
    if (signal && !isAbortSignal(signal)) throw new TypeError('signal must be an AbortSignal')
    this.#signal = anySignal(signal ? [signal] : [])
    const headers = options.headers ?? (from && listOfHeaders(from.#headers))
    this.#headers = createHeaders(headers, 'request')
    setBody(this, this.#takeBody(options, from))
  }

  get method(): string {
    return this.#state.method
  }
  get url(): string {
    return this.#state.url
  }
  get headers(): Headers {
    return this.#headers
  }
  get destination(): string {
    return ''
  }
  get referrer(): string {
    return this.#state.referrer
  }
  get referrerPolicy(): string {
    return this.#state.referrerPolicy
  }
  get mode(): string {
    return this.#state.mode
  }
  get credentials(): string {
    return this.#state.credentials
  }
  get cache(): string {
    return this.#state.cache
  }
  get redirect(): string {
    return this.#state.redirect
  }
  get integrity(): string {
    return this.#state.integrity
  }
  get keepalive(): boolean {
    return this.#state.keepalive
  }
  get duplex(): string {
    return 'half'
  }
  get signal(): AbortSignal {
    return this.#signal
  }

  clone(): Request {
    const body = getBody(this)
    if (isUnusable(body)) throw new TypeError('the body is locked or was already read')
    const copy = new Request(this.url, { ...this.#state, headers: listOfHeaders(this.#headers), signal: this.#signal })
    setBody(copy, cloneBody(body))
    return copy
  }

  /** Steps 34 to 42 of the constructor. */
  #takeBody(options: Partial<RequestInit>, from: Request | undefined): Body | null {
    const inherited = from ? getBody(from) : null
    const given = options.body ?? undefined
    if ((given !== undefined || inherited) && (this.method === 'GET' || this.method === 'HEAD'))
      throw new TypeError(`a ${this.method} request has no body`)
    if (given !== undefined) {
      const { body, type } = extractBody(given)
      if (body.source === null && options.duplex === undefined) throw new TypeError("a stream as body requires duplex: 'half'")
      if (type !== null && !this.#headers.has('content-type')) this.#headers.append('Content-Type', type)
      return body
    }
    if (!from || !inherited) return null
    if (isUnusable(inherited)) throw new TypeError('the body is locked or was already read')
    return moveBody(inherited)
  }
}

export interface Request extends BodyMembers {}
installBody(Request.prototype)
defineInterface(Request, 'Request')

function defaultState(input: unknown): State {
  const address = toUsvString(input)
  if (!URL.canParse(address)) throw new TypeError(`"${address}" is not an absolute URL`)
  const url = new URL(address)
  if (url.username !== '' || url.password !== '')
    throw new TypeError('the URL of a request must not contain a user name or password')
  return {
    method: 'GET',
    url: url.href,
    referrer: 'about:client',
    referrerPolicy: '',
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    integrity: '',
    keepalive: false,
  }
}

function toSettings(options: Partial<RequestInit>): Partial<State> {
  const state: Partial<State> = {}
  for (const name of Object.keys(SETTINGS) as Setting[])
    if (options[name] !== undefined) state[name] = toEnumValue(options[name], SETTINGS[name], name)
  if (state.mode === 'navigate') throw new TypeError('mode cannot be "navigate"')
  if (state.cache === 'only-if-cached' && state.mode !== 'same-origin')
    throw new TypeError('cache "only-if-cached" requires mode "same-origin"')
  if (options.duplex !== undefined) toEnumValue(options.duplex, ['half'], 'duplex')
  if (options.integrity !== undefined) state.integrity = toDomString(options.integrity)
  if (options.keepalive !== undefined) state.keepalive = Boolean(options.keepalive)
  if (options.referrer !== undefined) state.referrer = toReferrer(toUsvString(options.referrer))
  return state
}

function toReferrer(referrer: string): string {
  if (referrer === '') return ''
  if (!URL.canParse(referrer)) throw new TypeError('referrer must be a URL')
  return new URL(referrer).href
}

/** Section 2.2.1. */
function toMethod(value: unknown): string {
  const method = toByteString(value)
  const upper = method.toUpperCase()
  if (!TOKEN.test(method)) throw new TypeError(`"${method}" is not a valid method`)
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') throw new TypeError(`the method ${upper} is forbidden`)
  return NORMALIZED.includes(upper) ? upper : method
}
