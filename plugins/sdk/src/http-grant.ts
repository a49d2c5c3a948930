import type { HttpGrant } from './block.ts'

/**
 * Grants the hosts that an input pin names in a run: its value is a url or a host, or an array or object of them. Those who
 * run the block then decide what it reaches.
 */
export function fromInput(pin: string): HttpGrant {
  return { fromInput: pin }
}

/** Grants every host of the internet. People are told so before they run the block. */
export function anyHost(): HttpGrant {
  return { anyHost: true }
}
