import type { HostProvider } from '@ashlar/core'

/** What an operator writes in `ashlar.config.ts`. */
export interface OperatorConfig {
  /** Names of npm packages with plugins, as installed beside this file. Their blocks run in the sandbox like any third party's. */
  plugins?: readonly string[]
  /** Modules that run in the worker itself with all its rights, relative to this file: see {@link defineHostModule}. */
  hostModules?: readonly string[]
  /**
   * Clients that are registered at services, by qualified provider; `ASHLAR_OAUTH_CLIENTS` comes before. `hosts`: where the secret may
   * go. Without them it goes wherever the provider asks for tokens, also after an update of its plugin.
   */
  oauthClients?: Readonly<Record<string, { clientId: string; clientSecret?: string; hosts?: readonly string[] }>>
}

/** What a host module exports by default. */
export interface HostModule {
  /** How to authenticate at services where that needs Node, by qualified provider: `sap/sap`. The plugin declares the provider. */
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
