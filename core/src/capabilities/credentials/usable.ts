import { AshlarError } from '../../errors/index.ts'
import { attachSecret, type Addressed } from './attach.ts'
import type { CredentialType, ProviderAuth } from './provider.ts'
import { createScrubber, type Scrubber } from './scrub.ts'
import { tellingTexts, type Secret } from './secret.ts'
import { coversUrl, parseSecretHost } from './secret-hosts.ts'

/** A credential that its owner has, opened. It stays in the worker. */
export interface OpenedCredential {
  /** Qualified. */
  provider: string
  name: string
  /** Where the secret may go: what its owner agreed to when it was added, and the provider still says. */
  hosts: readonly string[]
  auth: ProviderAuth
  secret: Secret
}

/** A credential in the hands of the worker, for one run of a block. */
export interface UsableCredential {
  facts: { provider: string; name: string; type: CredentialType; hosts: readonly string[] }
  secret: Secret
  scrubber: Scrubber
  /** @throws {AshlarError} HTTP_DENIED when the secret may not be sent there */
  assertFor(url: URL): void
  /** The request with the secret, where it may be sent; otherwise as it is. */
  attach(request: Addressed): Addressed
}

export function createUsable({ provider, name, hosts, auth, secret }: OpenedCredential): UsableCredential {
  const secretHosts = hosts.map(parseSecretHost)
  return {
    facts: { provider, name, type: secret.type, hosts },
    secret,
    scrubber: createScrubber(tellingTexts(secret)),
    assertFor(url) {
      if (coversUrl(secretHosts, url)) return
      const where = `${url.protocol === 'http:' ? 'http://' : ''}${url.host}`
      const message = `the credential "${name}" of ${provider} is for ${hosts.join(', ')}, and is not sent to ${where}`
      throw new AshlarError('HTTP_DENIED', message, { details: { host: url.host } })
    },
    attach: (request) => (coversUrl(secretHosts, request.url) ? attachSecret(request, secret, auth) : request),
  }
}
