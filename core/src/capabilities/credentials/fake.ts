import { AshlarError } from '../../errors/index.ts'
import { qualifyProvider, type CredentialStore, type Provider } from './index.ts'
import type { Fakes } from '../fakes.ts'

/**
 * Credentials that a test gives, all named `default`. One that names its own hosts, or is for a provider of another plugin, is for
 * those that the test has answers of.
 *
 * @param providers those of the plugin
 */
export function createFakeCredentials(
  { credentials: secrets, http }: Fakes,
  plugin: string,
  providers: readonly Provider[],
): CredentialStore {
  const answered = Object.keys(http).map((key) => hostOf(key.slice(key.indexOf(' ') + 1)))
  const byProvider = new Map(Object.entries(secrets).map(([name, secret]) => [qualifyProvider(name, plugin), secret]))
  return {
    async open(_ownerId, provider) {
      const secret = byProvider.get(provider)
      if (!secret) throw new AshlarError('CREDENTIAL_MISSING', `a credential for ${provider} is needed, and the test gives none`)
      const declared = providers.find(({ qualifiedName }) => qualifiedName === provider)
      const auth = declared?.auth.find(({ type }) => type === secret.type)
      if (declared && !auth) throw new AshlarError('BAD_INPUT', `the provider ${provider} takes no ${secret.type}`)
      const hosts = declared && declared.hosts.length > 0 ? declared.hosts : [...new Set(answered)]
      const scopes = auth?.type === 'OAUTH2' ? Object.keys(auth.scopes) : []
      return { provider, name: 'default', hosts, auth: auth ?? { type: 'HOST_SCOPED' }, scopes, secret, hidden: [] }
    },
  }
}

function hostOf(url: string): string {
  const { protocol, host } = new URL(url)
  return protocol === 'http:' ? `http://${host}` : host
}
