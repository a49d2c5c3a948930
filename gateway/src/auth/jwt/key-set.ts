import { errorMessage } from '@ashlar/core'
import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import { createFetchLoop } from './fetch-loop.ts'
import { IssuerUnavailable } from './rejected-token.ts'

// The keys of an issuer are fetched when the server starts and then every five minutes. While the fetches fail, the
// last keys remain in use. A token with an unknown key causes a fetch at once, unless one began less than 30 seconds
// ago: anyone can send such tokens. There is at most one fetch at a time.

/** The public keys of an issuer. */
export interface KeySet {
  /**
   * @throws {errors.JWKSNoMatchingKey} when the issuer has no such key
   * @throws {errors.JWKSMultipleMatchingKeys} when several keys match, because the token names none
   * @throws {IssuerUnavailable} when no keys could be fetched yet, or the key is malformed
   */
  find(header: JWSHeaderParameters): Promise<FoundKey>
  /** Increases when the keys change. */
  readonly generation: number
  /** The reason why the last fetch failed. */
  readonly failure: string | undefined
  close(): void
}

interface FoundKey {
  key: CryptoKey
  /** Of the keys among which it was found. */
  generation: number
}

interface KeySetOptions {
  load(signal: AbortSignal): Promise<JSONWebKeySet>
  /** Called with the reason when fetches begin to fail, and without one when they succeed again. */
  onChange(failure: string | undefined): void
}

const COOLDOWN_MS = 30_000

export function createKeySet({ load, onChange }: KeySetOptions): KeySet {
  const found = new Map<string, FoundKey>()
  let keys: ReturnType<typeof createLocalJWKSet> | undefined
  let text = ''
  let generation = 0
  const loop = createFetchLoop({ load: async (signal) => replaceKeys(await load(signal)), onChange })

  function replaceKeys(loaded: JSONWebKeySet): void {
    const newText = JSON.stringify(loaded)
    if (newText === text) return // keeps the imported keys
    keys = createLocalJWKSet(loaded)
    text = newText
    found.clear()
    generation++
  }

  /** @returns undefined when the key is unknown */
  async function look(header: JWSHeaderParameters): Promise<FoundKey | undefined> {
    const among = generation // the keys may change while one of them is imported
    try {
      const result = keys && { key: await keys(header), generation: among }
      if (result && among === generation) found.set(toName(header), result)
      return result
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error
      throw new IssuerUnavailable(`a key cannot be used: ${errorMessage(error)}`)
    }
  }

  return {
    async find(header) {
      const known = found.get(toName(header)) ?? (await look(header))
      if (known) return known
      if (loop.isRunning || loop.ageMs >= COOLDOWN_MS) await loop.fetchNow()
      if (!keys) throw new IssuerUnavailable(loop.failure)
      const fetched = await look(header)
      if (fetched) return fetched
      throw new errors.JWKSNoMatchingKey()
    },
    get generation() {
      return generation
    },
    get failure() {
      return loop.failure
    },
    close: loop.close,
  }
}

/** The parts of a header by which a key is chosen. */
function toName({ alg, kid }: JWSHeaderParameters): string {
  return `${alg} ${JSON.stringify(kid)}`
}
