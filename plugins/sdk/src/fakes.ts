import type { Secret } from './credential.ts'
import type { StorageScope } from './storage.ts'

/** The response of a service in a test. Set at most one of `json`, `text` and `base64`. */
export interface FakeResponse {
  /** @default 200 */
  readonly status?: number
  /**
   * `json` and `text` set a default `content-type`. A list sends one header for each item, for example for
   * `set-cookie`.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly json?: unknown
  readonly text?: string
  readonly base64?: string
}

/**
 * Replaces external services and state in the test of a block, as JSON. The block's capabilities are enforced as usual.
 */
export interface Fakes {
  /**
   * Responses by method and URL without fragment: `{ 'GET https://api.example.com/items': { json: [] } }`. A key
   * without a query matches any query. The items of a list are used one after the other, and the last one repeats. A
   * request without a response fails with HTTP_FAILED.
   */
  readonly http?: Readonly<Record<string, FakeResponse | readonly FakeResponse[]>>
  /** Secrets by provider, named as in the block: `{ github: { type: 'API_KEY', key: 'test' } }`. */
  readonly credentials?: Readonly<Record<string, Secret>>
  /**
   * Results of host functions by name: `{ 'smtp/send': { result: { accepted: 1 } } }`. The items of a list are used one
   * after the other, and the last one repeats. `error` fails with HOST_REFUSED, or with HOST_FAILED if it is
   * `retryable`.
   */
  readonly host?: Readonly<Record<string, FakeHostResult | readonly FakeHostResult[]>>
  /** The initially stored values, by scope and key. */
  readonly storage?: Readonly<Partial<Record<StorageScope, Readonly<Record<string, unknown>>>>>
  /** The initial files by path, as text or bytes. */
  readonly files?: Readonly<Record<string, string | { readonly base64: string }>>
  /** The time of the clock, in ISO 8601. Only sleeps of the block advance it. @default the current time */
  readonly now?: string
}

/** The result of a host function in a test. */
export type FakeHostResult = { readonly result: unknown } | { readonly error: string; readonly retryable?: boolean }

/** A call of a host function by a block in a test. */
export interface HostCall {
  readonly function: string
  readonly input: unknown
  /** The qualified name of the provider whose secret the function receives, or null. */
  readonly credential: string | null
}

/** A request that a block sent in a test, as the service would receive it, including the secret of a credential. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, or null when there is none. */
  readonly body: string | null
}
