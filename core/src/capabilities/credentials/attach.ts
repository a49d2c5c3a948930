import type { HeaderPairs } from '../http/index.ts'
import type { ProviderAuth } from './provider/provider.ts'
import type { Secret } from './secret.ts'

/** Where a request goes and what it says. */
export interface Addressed {
  url: URL
  headers: HeaderPairs
}

/**
 * The request with the secret in it. What the block itself has put there gives way.
 *
 * @param auth of the same type as the secret
 */
export function attachSecret({ url, headers }: Addressed, secret: Secret, auth: ProviderAuth): Addressed {
  if (secret.type === 'API_KEY' && 'query' in auth) return { url: withParameter(url, auth.query, secret.key), headers }
  const own = headersOf(secret, auth)
  const names = new Set(own.map(([name]) => name))
  return { url, headers: [...headers.filter(([name]) => !names.has(name)), ...own] }
}

function headersOf(secret: Secret, auth: ProviderAuth): [name: string, value: string][] {
  if (secret.type === 'HOST_SCOPED') return Object.entries(secret.headers).map(([name, value]) => [name.toLowerCase(), value])
  if (secret.type === 'USER_PASSWORD')
    return [['authorization', `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}`]]
  if (!('header' in auth)) throw new Error('a key or token needs a header or a parameter')
  const key = secret.type === 'OAUTH2' ? secret.accessToken : secret.key
  return [[auth.header.toLowerCase(), auth.format.replaceAll('{key}', () => key)]]
}

function withParameter(url: URL, name: string, value: string): URL {
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed
}
