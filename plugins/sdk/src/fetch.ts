/** `fetch` of the Fetch standard. Its second argument may also set limits for the request. */
export type Fetch = (input: string | URL | Request, init?: FetchInit) => Promise<Response>

/** Limits for one request, below the limits of the installation. The request ends as soon as it exceeds one. */
export interface FetchInit extends RequestInit {
  /** The maximum size of the decoded body. A longer response rejects with `HTTP_LIMIT`. */
  readonly maxResponseBytes?: number
  /**
   * The maximum time from the first byte sent to the last byte received, including redirects. A slower request rejects
   * with `HTTP_FAILED`.
   */
  readonly timeoutMs?: number
}
