import type { HttpGrant } from './capabilities.ts'

/** Options of {@link fromInput}. */
export interface FromInputOptions {
  /**
   * `public` also follows redirects to other hosts, such as from a short link, or from http://example.com to https://www.example.com.
   * The request must be a GET or HEAD without a body and a credential, and without headers other than `accept` and a few similar ones.
   * A host on the public internet cannot redirect into a private network. Users see this permission before they run the block.
   *
   * @default redirects stay on the hosts that the manifest names
   */
  readonly redirects?: 'public'
}

/**
 * Grants the hosts that an input pin names in a run: its value is a url or a host, or an array or object of them. Those who
 * run the block then decide what it reaches.
 */
export function fromInput(pin: string, options: FromInputOptions = {}): HttpGrant {
  return { fromInput: pin, ...options }
}

/** Grants every host of the internet. People are told so before they run the block. */
export function anyHost(): HttpGrant {
  return { anyHost: true }
}
