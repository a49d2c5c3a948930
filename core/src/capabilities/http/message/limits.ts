/** Limits on the requests of blocks. */
export interface HttpLimits {
  /** Body of one request, as the block writes it. */
  maxRequestBytes: number
  /** Body of one response, after decompression. */
  maxResponseBytes: number
  /** Names and values together, of one request or response. */
  maxHeaderBytes: number
  maxHeaders: number
  maxUrlLength: number
  maxRedirects: number
  /** From the first byte to the last, redirects included. */
  timeoutMs: number
  connectTimeoutMs: number
  /** Requests that one run of a block may have open. */
  maxOpen: number
  /** Requests that all runs of one owner in a worker may have open. */
  maxOpenOfOwner: number
  /**
   * A request body of a known length up to this limit is buffered until the response arrives, so that a redirect can
   * repeat it.
   */
  maxBufferedBytes: number
  /** All buffered bodies of one owner in a worker. Above this limit, a body is streamed and cannot be repeated. */
  maxBufferedBytesOfOwner: number
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
  maxBufferedBytes: 1024 * 1024,
  maxBufferedBytesOfOwner: 64 * 1024 * 1024,
}
