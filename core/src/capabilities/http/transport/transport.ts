import type { Readable } from 'node:stream'

/** One request as it goes out. */
export interface TransportRequest {
  /** `https://api.example.com` */
  origin: string
  /** With the query. */
  path: string
  method: string
  /** Names and values by turns. */
  headers: string[]
  body: Readable | Buffer | null
  signal: AbortSignal
  /** Connects to addresses of the public internet only, whatever the operator allows. @default false */
  publicOnly?: boolean
}

export interface TransportResponse {
  statusCode: number
  statusText: string
  headers: Record<string, string | string[] | undefined>
  /** As it comes over the wire; `dump` reads what is left of it, up to so many bytes. */
  body: Readable & { dump(options: { limit: number; signal: AbortSignal }): Promise<unknown> }
}

/** What carries the requests of blocks: a pool of connections. */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>
  /** Whether all addresses of a host are on the public internet. */
  isPublic(hostname: string): Promise<boolean>
  destroy(): Promise<unknown>
}
