import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import { qualifyProvider } from './grant.ts'
import { hostOfBaseUrl, type Provider } from './provider/index.ts'
import type { CredentialStore } from './run-credentials.ts'
import { secretSchema } from './secret.ts'

const tokenSchema = z.strictObject({ type: z.literal('OAUTH2'), accessToken: z.string().min(4) })

/** `credentials` in the `Fakes` of the SDK: secrets by provider. */
export const credentialsFakeSchema = z.record(z.string(), z.union([secretSchema, tokenSchema])).default({})

interface FakeCredentialOptions {
  secrets: z.output<typeof credentialsFakeSchema>
  /** The plugin under test, and its providers. */
  plugin: { name: string; providers: readonly Provider[] }
  /**
   * The URLs for which the test defines responses. If the provider of a credential declares no hosts, it may be sent
   * to the hosts of these URLs.
   */
  urls: readonly string[]
}

/** Creates a store of the secrets that a test defines. Each credential has the name `default`. */
export function createFakeCredentials({ secrets, plugin, urls }: FakeCredentialOptions): CredentialStore {
  const byProvider = new Map(Object.entries(secrets).map(([name, secret]) => [qualifyProvider(name, plugin.name), secret]))
  return {
    async open(_ownerId, provider) {
      const secret = byProvider.get(provider)
      if (!secret)
        throw new AshlarError('CREDENTIAL_MISSING', `the block needs a credential for ${provider}, but the fakes have none`)
      const declared = plugin.providers.find(({ qualifiedName }) => qualifiedName === provider)
      const auth = declared?.auth.find(({ type }) => type === secret.type)
      if (declared && !auth)
        throw new AshlarError('BAD_INPUT', `the provider ${provider} does not accept a credential of type ${secret.type}`)
      if (secret.type === 'ENDPOINT' && auth?.type === 'ENDPOINT') {
        const { baseUrl = auth.baseUrl } = secret
        const hosts = [hostOfBaseUrl(baseUrl)]
        return { provider, name: 'default', hosts, auth, scopes: [], secret: { ...secret, baseUrl }, hidden: [] }
      }
      const hosts = declared && declared.hosts.length > 0 ? declared.hosts : [...new Set(urls.map(toSecretHost))]
      const scopes = auth?.type === 'OAUTH2' ? Object.keys(auth.scopes) : []
      return { provider, name: 'default', hosts, auth: auth ?? { type: 'HOST_SCOPED' }, scopes, secret, hidden: [] }
    },
  }
}

function toSecretHost(url: string): string {
  const { protocol, host } = new URL(url)
  return protocol === 'http:' ? `http://${host}` : host
}
