import type { HostFunction, HostProvider, RunHostFunction } from '@ashlar/core'

/** The content of `ashlar.config.ts`. */
export interface OperatorConfig {
  /**
   * npm packages with plugins, installed next to this file. Their blocks run in the sandbox like any third-party
   * plugin.
   */
  plugins?: readonly string[]
  /**
   * Paths of modules, relative to this file, or names of built-in modules: `ashlar:smtp` and `ashlar:postgres`. They run
   * in the worker with all its rights: see {@link defineHostModule}.
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
  /**
   * Functions that blocks call with `context.host(name, input)`, by name: `crm/find`. The first part is a name of your
   * choice. `plugins` restricts which plugins may call a function, `providers` which credentials it accepts.
   */
  functions?: Readonly<Record<string, RunHostFunction | HostFunction>>
}

/** `export default defineConfig({ plugins: ['@acme/ashlar-plugin'] })` */
export function defineConfig(config: OperatorConfig): OperatorConfig {
  return config
}

/**
 * `export default defineHostModule({ functions: { 'crm/find': async (input, { secret, signal }) => … } })`
 *
 * `export default defineHostModule({ providers: { 'sap/sap': { async attach(request, secret) { … } } } })`
 */
export function defineHostModule(module: HostModule): HostModule {
  return module
}

/**
 * An error of a host function that the block and its user see, without the secret of the credential. They see no details
 * of any other error.
 */
export class HostFailure extends Error {
  override readonly name = 'HostFailure'
  /** Whether the same call may succeed later, for example because the service could not be reached. */
  readonly retryable: boolean

  constructor(message: string, { retryable = false, cause }: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.retryable = retryable
  }
}
