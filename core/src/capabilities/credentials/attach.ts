import type { CredentialRequest } from '../http/index.ts'
import { signRequest } from './aws-signature.ts'
import type { ProviderAuth } from './provider/index.ts'
import type { Secret } from './secret.ts'

/**
 * Returns the request with the secret. The secret replaces a header or parameter of the same name that the block has
 * set.
 *
 * @param auth of the same type as the secret
 */
export function attachSecret(
  request: CredentialRequest,
  secret: Secret,
  auth: ProviderAuth,
): CredentialRequest | Promise<CredentialRequest> {
  const { url, headers } = request
  if (secret.type === 'API_KEY' && 'query' in auth) return { ...request, url: withParameter(url, auth.query, secret.key) }
  if (secret.type === 'USER_PASSWORD' && 'signature' in auth) return signRequest(request, secret, auth)
  const added = buildHeaders(secret, auth)
  const names = new Set(added.map(([name]) => name))
  return { ...request, headers: [...headers.filter(([name]) => !names.has(name)), ...added] }
}

function buildHeaders(secret: Secret, auth: ProviderAuth): [name: string, value: string][] {
  if (secret.type === 'HOST_SCOPED') return Object.entries(secret.headers).map(([name, value]) => [name.toLowerCase(), value])
  if (secret.type === 'USER_PASSWORD')
    return [['authorization', `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}`]]
  if (secret.type === 'ENDPOINT' && secret.key === undefined) return []
  if (!('header' in auth)) throw new Error('an API key or token requires a header or a query parameter')
  const key = secret.type === 'OAUTH2' ? secret.accessToken : secret.key
  return [[auth.header.toLowerCase(), auth.format.replaceAll('{key}', () => key ?? '')]]
}

function withParameter(url: URL, name: string, value: string): URL {
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed
}
