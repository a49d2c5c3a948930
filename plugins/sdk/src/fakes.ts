import type { Secret } from './providers/index.ts'
import type { StorageScope } from './storage.ts'

/** What a service answers in a test. Of `json`, `text` and `base64` one at most. */
export interface FakeResponse {
  /** @default 200 */
  readonly status?: number
  /** `content-type` follows from `json` and `text` unless it is here. A list is one header for each item, such as of `set-cookie`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly json?: unknown
  readonly text?: string
  readonly base64?: string
}

/** Stands in for the outside while a block is tested; all of it is JSON. The block's capabilities are checked as ever. */
export interface Fakes {
  /**
   * Answers by method and address without query and fragment: `{ 'GET https://api.example.com/items': { json: [] } }`. Where the query
   * matters the key has it. A list is given one after the other, its last again and again. What has no answer fails with HTTP_FAILED.
   */
  readonly http?: Readonly<Record<string, FakeResponse | readonly FakeResponse[]>>
  /** Secrets by provider, as the block names it: `{ github: { type: 'API_KEY', key: 'test' } }`. */
  readonly credentials?: Readonly<Record<string, Secret>>
  /** What is stored before, by scope and key. */
  readonly storage?: Readonly<Partial<Record<StorageScope, Readonly<Record<string, unknown>>>>>
  /** Files that are there before, by path: a text, or bytes. */
  readonly files?: Readonly<Record<string, string | { readonly base64: string }>>
  /** ISO 8601: what the clock says all the time, but for the sleeps of the block. @default the time it is */
  readonly now?: string
}

/** A request that a block has sent in a test, as the service would have got it: with the secret of a credential in it. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As text; null when there was none. */
  readonly body: string | null
}
