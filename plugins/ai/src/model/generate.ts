import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { BlockError, type BlockContext } from '@ashlar/sdk'
import { toModelError, type Asked } from './errors.ts'
import { connect, languageModel, type Connection } from './open-model.ts'
import type { AnswerInput, ModelInput } from './pins.ts'
import { priceOf, type PriceOverride, type Tokens } from './prices.ts'
import { toModelMessages, type Message } from './prompt.ts'

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
      const answer = await readAnswer(languageModel(connection, model), options, (text) => {
        if (pin !== undefined) this.#context.stream(pin, text)
      })
      reportUsage(this.#context, asked, toTokens(answer.usage), this.#input, connection.isOwnServer)
      return checkEnd(answer, asked, this.#context, mayBeEmpty)
    } catch (error) {
      throw toModelError(error, asked)
    }
  }
}

/** The strict mode of OpenAI accepts only some schemas. The block checks the answer in any case. */
const ANY_SCHEMA = { 'openai-compatible': { strictJsonSchema: false } }

interface Answer {
  text: string
  /** The name of a tool that the model calls, although it has none. */
  tool: string | undefined
  /** Undefined if the answer ended early. */
  end: string | undefined
  usage: LanguageModelV4Usage | undefined
}

async function readAnswer(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  onText: (text: string) => void,
): Promise<Answer> {
  const { stream } = await model.doStream(options)
  const answer: Answer = { text: '', tool: undefined, end: undefined, usage: undefined }
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) takePart(answer, next.value, onText)
  return answer
}

function takePart(answer: Answer, part: LanguageModelV4StreamPart, onText: (text: string) => void): void {
  if (part.type === 'text-delta') {
    answer.text += part.delta
    onText(part.delta)
  } else if (part.type === 'tool-call') answer.tool = part.toolName
  else if (part.type === 'finish') {
    const { unified, raw } = part.finishReason
    answer.usage = part.usage
    answer.end = unified === 'other' && raw === undefined ? undefined : unified
  } else if (part.type === 'error') throw part.error
}

/** @throws {BlockError} when the answer is not complete */
function checkEnd(
  { text, end, tool }: Answer,
  { provider, model }: Asked,
  { log }: GenerateContext,
  mayBeEmpty: boolean,
): string {
  const place = `model ${JSON.stringify(model)} of ${provider}`
  if (end === undefined || end === 'error' || end === 'interrupted')
    throw new BlockError('SERVICE_FAILED', `${place}: the answer ended early, after ${text.length} characters`)
  if (end === 'content-filter')
    throw new BlockError('CONTENT_FILTERED', `${place}: the service ended the answer because of its content policy`)
  if (tool !== undefined && text === '')
    throw new BlockError(
      'MODEL_OUTPUT_INVALID',
      `${place}: the model calls the tool ${JSON.stringify(tool)}, which does not exist`,
    )
  if (text.trim() === '' && !mayBeEmpty)
    throw new BlockError(
      'MODEL_OUTPUT_INVALID',
      `${place}: the answer has no text${end === 'length' ? ', because it reached its maximum length; increase max_tokens' : ''}`,
    )
  if (end === 'length') log(`${place}: the answer reached its maximum length and is incomplete`, 'warn')
  return text
}

function toTokens(usage: LanguageModelV4Usage | undefined): Tokens | undefined {
  const { inputTokens, outputTokens } = usage ?? {}
  if (inputTokens?.total === undefined && outputTokens?.total === undefined) return undefined
  return {
    inputTokens: inputTokens?.total ?? 0,
    outputTokens: outputTokens?.total ?? 0,
    cachedTokens: inputTokens?.cacheRead ?? 0,
  }
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
