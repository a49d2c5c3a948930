import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Secret } from '../credentials/index.ts'

/** What a host function receives in addition to its input. */
export interface HostContext {
  /** The secret of the credential that the block names, or undefined if it names none. */
  readonly secret: Secret | undefined
  /** That credential without its secret. */
  readonly credential:
    | { readonly provider: string; readonly name: string; readonly type: Secret['type']; readonly hosts: readonly string[] }
    | undefined
  /** Aborts when the run of the block ends, is cancelled or times out, and after the time limit of a call. */
  readonly signal: AbortSignal
  /** The qualified name of the calling block. */
  readonly block: string
  /** `execution:node:n`: the same for every attempt of the node execution, and unique to it. */
  readonly idempotencyKey: string
  /**
   * Opens a TCP connection. Only to a host of the credential, if there is one, and only to addresses that the operator
   * allows blocks to reach. The function must encrypt the connection if `encrypted` is true.
   *
   * @throws {AshlarError} HTTP_DENIED HTTP_BLOCKED_ADDRESS; the socket fails with OUTPUT_LIMIT
   */
  connect(to: HostAddress): Promise<Socket>
  /**
   * Opens a file of the execution. Needs the capability `files` with `read` in the manifest of the block.
   *
   * @throws {AshlarError} CAPABILITY_MISSING FILE_NOT_FOUND FILE_PATH_INVALID
   */
  openFile(path: string): Promise<{ bytes: number; stream: Readable }>
}

export interface HostAddress {
  host: string
  port: number
  /** Whether the function uses TLS. Otherwise the credential must name the host with `http://`. */
  encrypted: boolean
  /** The connection ends soon after it has received more bytes. Libraries may keep all of them. @default 64 MiB */
  maxReceivedBytes?: number
}

/** Performs a call of a block, in the worker. The result is a value that JSON can represent. */
export type RunHostFunction = (input: unknown, context: HostContext) => Promise<unknown>

/** A function of a host module. */
export interface HostFunction {
  run: RunHostFunction
  /** Qualified names of the providers whose credentials the function accepts. @default all */
  providers?: readonly string[]
  /** Names of the plugins whose blocks may call the function. @default all */
  plugins?: readonly string[]
  /** The time limit of one call. @default 300 000 */
  timeoutMs?: number
}

/**
 * Whether an error of a host function is meant for the user, like `HostFailure` of the gateway. Modules of an operator
 * may load another copy of that class, so its name identifies it.
 */
export function isHostFailure(error: unknown): error is Error & { retryable?: unknown } {
  return error instanceof Error && error.name === 'HostFailure'
}
