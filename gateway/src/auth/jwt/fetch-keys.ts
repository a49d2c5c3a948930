import { errorMessage } from '@ashlar/core'
import type { JSONWebKeySet, JWK } from 'jose'
import { isLocalHttp } from '../../base/token-issuer.ts'

const WITHIN_MS = 5000
const MAX_BYTES = 256 * 1024
const KEY_TYPES = new Set(['EC', 'RSA', 'OKP'])

/**
 * Fetches the public keys of an issuer. Does not follow redirects.
 *
 * @throws {Error} with the reason, also for a response that contains no public key
 */
export async function fetchKeys(
  { issuer, jwksUrl }: { issuer: string; jwksUrl?: string | undefined },
  signal: AbortSignal,
): Promise<JSONWebKeySet> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])
  const url = jwksUrl ?? (await discover(issuer, limited))
  const body = await fetchObject(url, limited)
  const keys: unknown[] = Array.isArray(body['keys']) ? body['keys'] : []
  const usable = keys.filter(isPublicKey)
  if (usable.length === 0) throw new Error(`${url} contains no public key: it must be a JSON Web Key Set`)
  return { keys: usable }
}

/** Source: OpenID Connect Discovery 1.0, section 4 */
async function discover(issuer: string, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { issuer: announced, jwks_uri: jwksUri } = await fetchObject(url, signal)
  if (announced !== issuer) throw new Error(`${url} must announce the issuer ${JSON.stringify(issuer)}`)
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) throw new Error(`${url} must contain a "jwks_uri"`)
  const isSafe = new URL(jwksUri).protocol === 'https:' || (isLocalHttp(issuer) && isLocalHttp(jwksUri))
  if (!isSafe) throw new Error(`the "jwks_uri" in ${url} must be an https URL`)
  return jwksUri
}

async function fetchObject(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const body = parseJson(await fetchText(url, signal))
  if (typeof body !== 'object' || body === null) throw new Error(`the response of ${url} is not a JSON object`)
  return body as Record<string, unknown>
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'manual', headers: { accept: 'application/json' }, signal })
    const text = await readText(response)
    if (response.status === 200) return text
    throw new Error(`it responded with status ${response.status}`)
  } catch (error) {
    throw new Error(`${url} cannot be read: ${describe(error)}`, { cause: error })
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`it responded with more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The message of `fetch` is `fetch failed`, and its cause has the reason. */
function describe(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it did not respond within ${WITHIN_MS / 1000} seconds`
  return error instanceof TypeError && error.cause !== undefined ? errorMessage(error.cause) : errorMessage(error)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether it is a public key for signatures. A set may contain keys of types that we do not support. */
function isPublicKey(key: unknown): key is JWK {
  const { kty, use, d, k } = Object(key) as Record<string, unknown>
  return (
    typeof kty === 'string' && KEY_TYPES.has(kty) && (use === undefined || use === 'sig') && d === undefined && k === undefined
  )
}
