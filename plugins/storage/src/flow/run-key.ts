/**
 * Returns a short name of a run, which is the same when the run is repeated after a crash or a sleep.
 *
 * @param idempotencyKey of the run
 */
export async function toRunKey(idempotencyKey: string): Promise<string> {
  return hash(idempotencyKey, 8)
}

/** @returns the first bytes of SHA-256 as hexadecimal digits */
export async function hash(text: string, bytes: number): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return new Uint8Array(digest).subarray(0, bytes).toHex()
}
