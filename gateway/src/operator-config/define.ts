import type { HostProvider } from '@ashlar/core'

/** The content of `ashlar.config.ts`. */
export interface OperatorConfig {
  /**
   * npm packages with plugins, installed next to this file. Their blocks run in the sandbox like any third-party
   * plugin.
   */
  plugins?: readonly string[]
  /**
   * Paths of modules, relative to this file. They run in the worker with all its rights: see {@link defineHostModule}.
   */
  hostModules?: readonly string[]
  /**
   * OAuth clients that are registered at services, by qualified name of the provider. `ASHLAR_OAUTH_CLIENTS` takes
   * precedence. `hosts`: the hosts that may receive the secret. Without `hosts`, the secret is sent to the token
   * endpoint that the provider declares, even if an update of its plugin changes that endpoint.
   */
  oauthClients?: Readonly<Record<string, { clientId: string; clientSecret?: string; hosts?: readonly string[] }>>
  /**
   * Servers outside the public internet, as hosts with a port, by qualified name of the provider whose credentials may
   * be used there: `{ 'ai/openai-compatible': ['127.0.0.1:11434'] }` for Ollama on this machine. Other requests of
   * blocks do not reach them. `ASHLAR_LOCAL_ENDPOINTS` adds to them.
   */
  localEndpoints?: Readonly<Record<string, readonly string[]>>
}

/** The default export of a host module. */
export interface HostModule {
  /**
   * Authentication that needs Node, by qualified name of the provider: `sap/sap`. A plugin must declare the provider.
   */
  providers?: Readonly<Record<string, HostProvider>>
}

/** `export default defineConfig({ plugins: ['@acme/ashlar-plugin'] })` */
export function defineConfig(config: OperatorConfig): OperatorConfig {
  return config
}

/** `export default defineHostModule({ providers: { 'sap/sap': { async attach(request, secret) { … } } } })` */
export function defineHostModule(module: HostModule): HostModule {
  return module
}
