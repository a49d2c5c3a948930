import type { Caller } from '../../capability/index.ts'
import type { HeaderPairs } from './headers.ts'

/*
 * What http requires of credentials. The capability `credentials` implements these types, so that http does not depend
 * on it.
 */

/** Returns the credentials that a run of a block may use. */
export type GetRequestCredentials = (caller: Caller) => RequestCredentials

export interface RequestCredentials {
  /** @param provider the name by which the block refers to the provider */
  use(provider: unknown): Promise<RequestCredential>
}

/** A credential of one run. http passes its secret to {@link renew} only. */
export interface RequestCredential {
  readonly secret: unknown
  /** The qualified name of its provider. */
  readonly provider: string
  /** Whether an account has installed the plugin of its provider. It then reaches no local endpoint. */
  readonly ofAccount?: boolean
  /** Masks every secret that the credential has had in this run. */
  readonly scrubber: Scrubber
  /** Whether the secret may be sent to this URL. */
  isFor(url: URL): boolean
  /** @throws {AshlarError} HTTP_DENIED when the secret must not be sent to this URL */
  assertFor(url: URL): void
  /**
   * Returns the request with the secret if its URL may receive it, otherwise the request unchanged.
   *
   * @throws {AshlarError} HOST_MODULE_FAILED
   */
  attach(request: CredentialRequest): CredentialRequest | Promise<CredentialRequest>
  /** Replaces a secret that the server has rejected. @returns whether there is another secret */
  renew(spent: unknown): Promise<boolean>
}

/** The parts of a request that can carry a secret. */
export interface CredentialRequest {
  url: URL
  method: string
  headers: HeaderPairs
}

/** Masks secrets in responses. The length stays the same, so that an announced length remains correct. */
export interface Scrubber {
  text(text: string): string
  /**
   * Also masks a secret that is split between chunks: the bytes that could be the beginning of a secret are held back
   * until the next chunk or the end. The number of these bytes does not depend on their content, so the chunk
   * boundaries reveal nothing.
   */
  stream(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void>
}
