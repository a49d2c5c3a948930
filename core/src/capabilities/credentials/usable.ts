import { AshlarError } from '../../base/index.ts'
import type { RequestCredential, Scrubber } from '../http/index.ts'
import { attachSecret } from './attach.ts'
import { signLink } from './aws-signature.ts'
import { attachByHost, type HostProvider } from './host-provider.ts'
import { coversUrl, parseSecretHost, type CredentialType, type ProviderAuth } from './provider/index.ts'
import { buildScrubber } from './scrub.ts'
import { listSecretSpellings, type Secret } from './secret.ts'

/** A credential of a user with its decrypted secret. It does not leave the worker. */
export interface OpenedCredential extends Opened {
  /** Qualified. */
  provider: string
  name: string
  /**
   * Hosts to which the secret may be sent: those that the user accepted when the credential was added, and that the
   * provider still names.
   */
  hosts: readonly string[]
  auth: ProviderAuth
  /** Granted scopes; empty unless the type is OAUTH2. */
  scopes: readonly string[]
  /** An account has installed the plugin of the provider, so that no local endpoint is open to it. @default false */
  ofAccount?: boolean
  /** Replaces the authentication that `auth` declares. */
  host?: HostProvider | undefined
  /**
   * Returns the secret that replaces a rejected or expired one. Requests it from the service if no other run has done
   * so. Only for a credential that expires.
   *
   * @returns undefined when the service cannot be asked for another secret now
   * @throws {AshlarError} CREDENTIAL_EXPIRED AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  renew?: (spent: Secret) => Promise<Opened | undefined>
}

/** The part of a credential that changes when it is renewed. */
interface Opened {
  secret: Secret
  /** Further texts to mask in responses. */
  hidden: readonly string[]
  /** The credential is renewed before a use after this time, in milliseconds since 1970. */
  renewAfter?: number | undefined
}

/** A credential as one run of a block uses it. */
export interface UsableCredential extends RequestCredential {
  readonly facts: {
    provider: string
    name: string
    type: CredentialType
    hosts: readonly string[]
    scopes: readonly string[]
    /** Only for the type ENDPOINT. */
    baseUrl?: string
  }
  readonly secret: Secret
  /**
   * Returns a URL that the secret signs.
   *
   * @throws {AshlarError} HTTP_DENIED when the secret is not for this URL, BAD_INPUT when the provider signs no links
   */
  presign(link: { url: URL; method: string; expiresSeconds: number; region: string | undefined }): Promise<string>
  /** Whether the secret is about to expire. */
  isDue(): boolean
  /** @throws {AshlarError} see {@link OpenedCredential.renew} */
  renew(spent: Secret): Promise<boolean>
}

export function createUsableCredential({
  provider,
  name,
  hosts,
  auth,
  scopes,
  host,
  ofAccount = false,
  renew,
  ...first
}: OpenedCredential): UsableCredential {
  const secretHosts = hosts.map(parseSecretHost)
  const all: Opened[] = [first]
  let current: Opened = first
  let scrubber = scrubberFor(all)
  const isFor = (url: URL): boolean => coversUrl(secretHosts, url)
  const assertFor = (url: URL): void => {
    if (!isFor(url)) throw notFor({ provider, name, hosts }, url)
  }
  return {
    provider,
    ofAccount,
    facts: { provider, name, type: first.secret.type, hosts, scopes, ...baseUrlOf(first.secret) },
    get secret() {
      return current.secret
    },
    get scrubber() {
      return scrubber
    },
    isDue: () => renew !== undefined && current.renewAfter !== undefined && Date.now() > current.renewAfter,
    async renew(spent) {
      if (current.secret !== spent) return true
      const next = await renew?.(spent)
      if (!next) return false
      current = next
      all.push(next)
      scrubber = scrubberFor(all)
      return true
    },
    isFor,
    assertFor,
    async presign(link) {
      assertFor(link.url)
      const { secret } = current
      if (secret.type === 'USER_PASSWORD' && 'signature' in auth) return signLink(link, secret, auth)
      throw new AshlarError('BAD_INPUT', `the provider ${provider} does not sign links`)
    },
    attach(request) {
      if (!isFor(request.url)) return request
      return host
        ? attachByHost(host, provider, request, current.secret, scrubber.text)
        : attachSecret(request, current.secret, auth)
    },
  }
}

function notFor({ provider, name, hosts }: Pick<OpenedCredential, 'provider' | 'name' | 'hosts'>, url: URL): AshlarError {
  const where = `${url.protocol === 'http:' ? 'http://' : ''}${url.host}`
  const hint =
    url.protocol === 'http:'
      ? `; a host without "http://" is for https, so add a credential for ${where} to send it without encryption`
      : ''
  const message = `the credential "${name}" of ${provider} is for ${hosts.join(', ')}, and must not be sent to ${where}${hint}`
  return new AshlarError('HTTP_DENIED', message, { details: { host: url.host } })
}

function baseUrlOf(secret: Secret): { baseUrl?: string } {
  return secret.type === 'ENDPOINT' && secret.baseUrl !== undefined ? { baseUrl: secret.baseUrl } : {}
}

function scrubberFor(opened: readonly Opened[]): Scrubber {
  const secrets = opened.map(({ secret }) => secret)
  const hidden = opened.flatMap((each) => each.hidden)
  return buildScrubber(listSecretSpellings(secrets, hidden))
}
