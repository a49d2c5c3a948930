import type { HttpGrant } from './capabilities.ts'

/** Options of {@link fromInput}. */
export interface FromInputOptions {
  /**
   * `public` also follows redirects to other hosts, such as from a short link, or from http://example.com to
   * https://www.example.com. The request must be a GET or HEAD without a body and a credential, and without headers
   * other than `accept` and a few similar ones. A host on the public internet cannot redirect into a private network.
   * Users see this permission before they run the block.
   *
   * @default redirects stay on the hosts that the manifest names
   */
  readonly redirects?: 'public'
}

/**
 * Allows the hosts that an input pin names in a run. Its value is a URL or a host, or an array or object of them. The
 * user who runs the block therefore decides which hosts it can reach.
 */
export function fromInput(pin: string, options: FromInputOptions = {}): HttpGrant {
  return { fromInput: pin, ...options }
}

/**
 * Allows requests to the hosts of the user's credential for a provider, only with this credential. The user who adds
 * the credential therefore decides which hosts the block can reach.
 */
export function fromCredential(provider: string): HttpGrant {
  return { fromCredential: provider }
}

/** Allows every host of the internet. Ashlar warns users before they run the block. */
export function anyHost(): HttpGrant {
  return { anyHost: true }
}
