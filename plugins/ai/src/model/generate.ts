import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { BlockError, type BlockContext } from '@ashlar/sdk'
import { showModel, toModelError, type Asked } from './errors.ts'
import { connect, languageModel, type Connection } from './open-model.ts'
import type { AnswerInput, ModelInput } from './pins.ts'
import { priceOf, type PriceOverride } from './prices.ts'
import { toModelMessages, type Message } from './prompt.ts'
import { assertComplete, readAnswer, type Answer } from './read-answer.ts'
import type { Tokens } from './tokens.ts'

export type GenerateContext = Pick<BlockContext, 'credentials' | 'signal' | 'log' | 'stream' | 'usage'>

type GenerateInput = ModelInput & Partial<AnswerInput>

interface GenerateOptions {
  /** The output pin on which the text appears while it arrives. @default none */
  pin?: string
  /** The maximum number of requests for one answer. */
  attempts?: number
  responseFormat?: LanguageModelV4CallOptions['responseFormat']
}

/** Asks a model for a text. Each answer is one event of usage. */
export class TextModel {
  readonly #input: GenerateInput
  readonly #context: GenerateContext
  readonly #options: GenerateOptions
  #connection: Connection | undefined

  constructor(input: GenerateInput, context: GenerateContext, options: GenerateOptions = {}) {
    this.#input = input
    this.#context = context
    this.#options = options
  }

  /**
   * @param mayBeEmpty whether an answer without text is returned; otherwise it is an error
   * @throws {BlockError} RATE_LIMITED SERVICE_FAILED SERVICE_REFUSED CREDENTIAL_EXPIRED MODEL_NOT_FOUND
   * CONTEXT_TOO_LONG CONTENT_FILTERED MODEL_OUTPUT_INVALID
   */
  async answer(messages: readonly Message[], { mayBeEmpty = false } = {}): Promise<string> {
    const { attempts, pin, responseFormat } = this.#options
    const { model, max_tokens, temperature } = this.#input
    const connection = (this.#connection ??= await connect(this.#input, this.#context, attempts))
    const asked = { provider: connection.provider, model }
    const options: LanguageModelV4CallOptions = {
      prompt: toModelMessages(messages),
      abortSignal: this.#context.signal,
      ...(max_tokens != null && { maxOutputTokens: max_tokens }),
      ...(temperature != null && { temperature }),
      ...(responseFormat && { responseFormat, providerOptions: ANY_SCHEMA }),
    }
    try {
      const answer = await readAnswer(languageModel(connection, model), options, asked, (text) => {
        if (pin !== undefined) this.#context.stream(pin, text)
      })
      reportUsage(this.#context, asked, answer.used, this.#input, connection.isOwnServer)
      return checkEnd(answer, asked, this.#context, mayBeEmpty)
    } catch (error) {
      throw toModelError(error, asked)
    }
  }
}

/** The strict mode of OpenAI accepts only some schemas. The block checks the answer in any case. */
const ANY_SCHEMA = { 'openai-compatible': { strictJsonSchema: false } }

/** @throws {BlockError} when the answer is not a complete text */
function checkEnd(answer: Answer, asked: Asked, { log }: GenerateContext, mayBeEmpty: boolean): string {
  assertComplete(answer, asked)
  const { text, end, calls } = answer
  const [call] = calls
  if (call && text === '')
    throw new BlockError(
      'MODEL_OUTPUT_INVALID',
      `${showModel(asked)}: the model calls the tool ${JSON.stringify(call.name)}, which does not exist`,
    )
  if (text.trim() === '' && !mayBeEmpty)
    throw new BlockError(
      'MODEL_OUTPUT_INVALID',
      `${showModel(asked)}: the answer has no text${end === 'length' ? ', because it reached its maximum length; increase max_tokens' : ''}`,
    )
  if (end === 'length') log(`${showModel(asked)}: the answer reached its maximum length and is incomplete`, 'warn')
  return text
}

/**
 * Reports what a request has consumed.
 *
 * @param tokens undefined if the server does not report them: the price is then unknown
 */
export function reportUsage(
  { usage }: Pick<BlockContext, 'usage'>,
  { provider, model }: Asked,
  tokens: Tokens | undefined,
  prices: PriceOverride,
  isOwnServer: boolean,
): void {
  const costUsd = tokens ? priceOf(model, tokens, prices, isOwnServer) : null
  usage({ provider, model: model.replaceAll(/\p{Cc}/gu, ' '), ...tokens, costUsd })
}
