import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider'
import type { BlockContext } from '@ashlar/sdk'
import { isOwnServer, providerOf, type ProviderName } from './providers.ts'
import { retryingFetch } from './retrying-fetch.ts'

/** The parts of a block's context that a model uses. */
export type ModelContext = Pick<BlockContext, 'credentials' | 'signal' | 'log'>

interface ModelChoice {
  provider: ProviderName | 'auto'
  model: string
}

/** The connection to a provider, with the credential of the user. */
export interface Connection {
  provider: ProviderName
  baseUrl: string
  /** Whether it is the server of the provider itself, so that its list prices apply. */
  isOwnServer: boolean
  /** The worker adds the key. Busy servers are asked again. */
  fetch: ReturnType<typeof retryingFetch>
}

const DEFAULT_ATTEMPTS = 3

/** Opens the credential of a provider. @param attempts the maximum number of requests for one answer */
export async function connect(
  choice: ModelChoice,
  { credentials, signal, log }: ModelContext,
  attempts = DEFAULT_ATTEMPTS,
): Promise<Connection> {
  const provider = providerOf(choice)
  const { baseUrl = '', fetch } = await credentials(provider)
  return {
    provider,
    baseUrl,
    isOwnServer: isOwnServer(provider, baseUrl),
    fetch: retryingFetch(fetch, attempts, { signal, log }),
  }
}

/** The providers do not see the key. Some libraries require one, which the worker replaces. */
const NO_KEY = 'in-the-worker'

/**
 * Opens a language model. Its requests go through the credential of the user, and are repeated if the server is busy.
 *
 * @param attempts the maximum number of requests for one answer
 */
export async function openModel(choice: ModelChoice, context: ModelContext, attempts?: number): Promise<LanguageModelV4> {
  return languageModel(await connect(choice, context, attempts), choice.model)
}

export function languageModel(connection: Connection, model: string): LanguageModelV4 {
  const { provider } = connection
  const settings = toSettings(connection)
  if (provider === 'anthropic') return createAnthropic({ ...settings, apiKey: NO_KEY })(model)
  if (provider === 'google') return createGoogle({ ...settings, apiKey: NO_KEY })(model)
  return openai(settings, connection.isOwnServer).chatModel(model)
}

export function embeddingModel(connection: Connection, model: string): EmbeddingModelV4 {
  const settings = toSettings(connection)
  if (connection.provider === 'google') return createGoogle({ ...settings, apiKey: NO_KEY }).embeddingModel(model)
  return openai(settings, connection.isOwnServer).embeddingModel(model)
}

interface Settings {
  baseURL: string
  fetch: NonNullable<NonNullable<Parameters<typeof createAnthropic>[0]>['fetch']>
}

/** The libraries declare the type of a global `fetch`, which blocks do not have. */
function toSettings({ baseUrl: baseURL, fetch }: Connection): Settings {
  return { baseURL, fetch: fetch as unknown as Settings['fetch'] }
}

function openai(settings: Settings, isOwnServer: boolean): ReturnType<typeof createOpenAICompatible> {
  return createOpenAICompatible({
    name: 'openai-compatible',
    includeUsage: true,
    supportsStructuredOutputs: true,
    ...(isOwnServer && { transformRequestBody: renameMaximum }),
    ...settings,
  })
}

/** OpenAI rejects the old name for its newer models. Compatible servers may only know the old name. */
function renameMaximum({ max_tokens: most, ...body }: Record<string, unknown>): Record<string, unknown> {
  return most === undefined ? body : { ...body, max_completion_tokens: most }
}
