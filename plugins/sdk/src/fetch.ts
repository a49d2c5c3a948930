/** `fetch` of the Fetch standard, whose second argument may also set limits of the request. */
export type Fetch = (input: string | URL | Request, init?: FetchInit) => Promise<Response>

/** Limits below those of the installation. The request ends as soon as one is passed. */
export interface FetchInit extends RequestInit {
  /** Of the body after it is decoded. A longer response rejects with `HTTP_LIMIT`. */
  readonly maxResponseBytes?: number
  /** From the first byte sent to the last byte received, redirects included. A slower request rejects with `HTTP_FAILED`. */
  readonly timeoutMs?: number
}
