import { defineProvider, endpoint, fromCredential, type Provider } from '@ashlar/sdk'

/** OpenAI, and every server that offers the same API. */
export const openaiCompatible = defineProvider({
  name: 'openai-compatible',
  title: 'OpenAI or a compatible server',
  description:
    'A key from platform.openai.com, or the base URL of another server with this API, such as Ollama, vLLM, LM Studio or OpenRouter.',
  hosts: [],
  auth: [endpoint({ baseUrl: 'https://api.openai.com/v1' })],
})

export const anthropic = defineProvider({
  name: 'anthropic',
  title: 'Anthropic',
  description: 'A key from console.anthropic.com.',
  hosts: [],
  auth: [endpoint({ baseUrl: 'https://api.anthropic.com/v1', header: 'x-api-key', format: '{key}' })],
})

export const google = defineProvider({
  name: 'google',
  title: 'Google Gemini',
  description: 'A key from aistudio.google.com.',
  hosts: [],
  auth: [endpoint({ baseUrl: 'https://generativelanguage.googleapis.com/v1beta', header: 'x-goog-api-key', format: '{key}' })],
})

export const PROVIDERS = { 'openai-compatible': openaiCompatible, anthropic, google } satisfies Record<string, Provider>

export type ProviderName = keyof typeof PROVIDERS

/** The capabilities of a block that sends requests to one of these providers. */
export function capabilitiesFor(...names: ProviderName[]): { http: ReturnType<typeof fromCredential>[]; credentials: string[] } {
  return { http: names.map(fromCredential), credentials: names }
}

/** The capabilities of a block that uses a language model. */
export const MODEL_CAPABILITIES = capabilitiesFor('openai-compatible', 'anthropic', 'google')

/** Whether a base URL is the one that the provider itself declares, to which the known prices apply. */
export function isOwnServer(name: ProviderName, baseUrl: string): boolean {
  return PROVIDERS[name].auth.some((auth) => auth.type === 'ENDPOINT' && auth.baseUrl === baseUrl)
}

/** Finds the provider of a model by its name. */
export function providerOf({ provider, model }: { provider: ProviderName | 'auto'; model: string }): ProviderName {
  if (provider !== 'auto') return provider
  if (/^claude-/i.test(model)) return 'anthropic'
  return /^(gemini|gemma)-/i.test(model) ? 'google' : 'openai-compatible'
}
