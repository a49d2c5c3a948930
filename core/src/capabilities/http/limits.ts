/** What requests of blocks may cost. */
export interface HttpLimits {
  /** Of one request, before they are sent. */
  maxRequestBytes: number
  /** Of one response, after it is decompressed. */
  maxResponseBytes: number
  /** Names and values together, of a request or of a response. */
  maxHeaderBytes: number
  maxHeaders: number
  maxUrlLength: number
  maxRedirects: number
  /** From the first byte to the last, redirects included. */
  timeoutMs: number
  connectTimeoutMs: number
  /** Requests that one run of a block may have open at a time. */
  maxOpen: number
  /** Requests that all runs of one owner in a worker may have open at a time. */
  maxOpenOfOwner: number
  /** A request's body of a known length up to this is kept until the response comes, so that a redirect can repeat it. */
  maxRepeatedBytes: number
  /** Of all bodies that are kept for one owner in a worker. A further one goes out as it is written, and cannot be repeated. */
  maxKeptBytesOfOwner: number
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxRequestBytes: 64 * 1024 * 1024,
  maxResponseBytes: 64 * 1024 * 1024,
  maxHeaderBytes: 32 * 1024,
  maxHeaders: 128,
  maxUrlLength: 16 * 1024,
  maxRedirects: 10,
  timeoutMs: 5 * 60_000,
  connectTimeoutMs: 10_000,
  maxOpen: 16,
  maxOpenOfOwner: 2048,
  maxRepeatedBytes: 1024 * 1024,
  maxKeptBytesOfOwner: 64 * 1024 * 1024,
}
