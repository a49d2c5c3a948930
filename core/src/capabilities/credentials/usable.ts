import { AshlarError } from '../../errors/index.ts'
import { attachSecret, type Addressed } from './attach.ts'
import { attachByHost, type HostProvider } from './host-provider.ts'
import type { CredentialType, ProviderAuth } from './provider/provider.ts'
import { createScrubber, type Scrubber } from './scrub.ts'
import { tellingTexts, type Secret } from './secret.ts'
import { coversUrl, parseSecretHost } from './provider/secret-hosts.ts'

/** A credential that its owner has, opened. It stays in the worker. */
export interface OpenedCredential extends Opened {
  /** Qualified. */
  provider: string
  name: string
  /** Where the secret may go: what its owner agreed to when it was added, and the provider still says. */
  hosts: readonly string[]
  auth: ProviderAuth
  /** What was granted; none unless it is of type OAUTH2. */
  scopes: readonly string[]
  /** Authenticates in place of what `auth` says. */
  host?: HostProvider | undefined
  /**
   * Of one that expires: the secret that has taken the place of one that no longer serves, which is got from the service where nobody
   * has done so yet.
   *
   * @returns undefined when there can be no other now
   * @throws {AshlarError} CREDENTIAL_EXPIRED AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  renew?: (spent: Secret) => Promise<Opened | undefined>
}

/** What changes when a credential is renewed. */
interface Opened {
  secret: Secret
  /** Texts beside the secret that no answer may tell. */
  hidden: readonly string[]
  /** Renewed before it is used after this time, milliseconds since 1970. */
  renewAfter?: number | undefined
}

/** A credential in the hands of the worker, for one run of a block. */
export interface UsableCredential {
  readonly facts: { provider: string; name: string; type: CredentialType; hosts: readonly string[]; scopes: readonly string[] }
  readonly secret: Secret
  /** Masks every secret that it has had in this run. */
  readonly scrubber: Scrubber
  /** It is about to expire. */
  isDue(): boolean
  /** Gets another in place of `spent`, if nobody has yet. @returns whether there is another @throws {AshlarError} as {@link OpenedCredential.renew} */
  renew(spent: Secret): Promise<boolean>
  /** Whether its secret goes there. */
  isFor(url: URL): boolean
  /** @throws {AshlarError} HTTP_DENIED when the secret may not be sent there */
  assertFor(url: URL): void
  /** The request with the secret, where it may be sent; otherwise as it is. @throws {AshlarError} HOST_MODULE_FAILED */
  attach(request: Addressed): Addressed | Promise<Addressed>
}

export function createUsable({ provider, name, hosts, auth, scopes, host, renew, ...first }: OpenedCredential): UsableCredential {
  const secretHosts = hosts.map(parseSecretHost)
  const all: Opened[] = [first]
  let current: Opened = first
  let scrubber = scrubberFor(all)
  const isFor = (url: URL): boolean => coversUrl(secretHosts, url)
  return {
    facts: { provider, name, type: first.secret.type, hosts, scopes },
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
    assertFor(url) {
      if (isFor(url)) return
      const where = `${url.protocol === 'http:' ? 'http://' : ''}${url.host}`
      const hint =
        url.protocol === 'http:'
          ? `; a host without "http://" means https, so add a credential for ${where} to use it without encryption`
          : ''
      const message = `the credential "${name}" of ${provider} is for ${hosts.join(', ')}, and is not sent to ${where}${hint}`
      throw new AshlarError('HTTP_DENIED', message, { details: { host: url.host } })
    },
    attach(request) {
      if (!isFor(request.url)) return request
      return host
        ? attachByHost(host, provider, request, current.secret, scrubber.text)
        : attachSecret(request, current.secret, auth)
    },
  }
}

function scrubberFor(opened: readonly Opened[]): Scrubber {
  const secrets = opened.map(({ secret }) => secret)
  const hidden = opened.flatMap((each) => each.hidden)
  return createScrubber(tellingTexts(secrets, hidden))
}
