import type { Readable } from 'node:stream'

/** One request as it is sent. */
export interface TransportRequest {
  /** `https://api.example.com` */
  origin: string
  /** Includes the query. */
  path: string
  method: string
  /** Names and values alternate. */
  headers: string[]
  body: Readable | Buffer | null
  signal: AbortSignal
  /** Connects only to public addresses, even if the operator allows others. @default false */
  publicOnly?: boolean
  /** The operator allows this host and port for the credential of the request. @default false */
  isLocalEndpoint?: boolean
}

export interface TransportResponse {
  statusCode: number
  statusText: string
  headers: Record<string, string | string[] | undefined>
  /** The encoded body. `dump` discards the rest of it, up to a limit of bytes. */
  body: Readable & { dump(options: { limit: number; signal: AbortSignal }): Promise<unknown> }
}

/** Sends requests; usually a connection pool. */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>
  /** Whether all addresses of a host are public. */
  isPublic(hostname: string): Promise<boolean>
  destroy(): Promise<unknown>
}
