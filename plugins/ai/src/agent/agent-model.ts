import { BlockError, type BlockContext } from '@ashlar/sdk'
import {
  assertComplete,
  connect,
  languageModel,
  priceOf,
  readAnswer,
  reportUsage,
  showModel,
  toModelError,
  type Answer,
  type Connection,
} from '../model/index.ts'
import { toOptions } from './ask.ts'
import type { Message } from './messages.ts'
import type { AgentInput } from './pins.ts'

/** What one request is about. */
interface Request {
  system: string
  messages: readonly Message[]
  mayCall: boolean
}

/** An answer, and what it has consumed. */
export type PaidAnswer = Answer & { tokens: number; costUsd: number }

/** The model of an agent, with its tools. Each answer is one event of usage. */
export class AgentModel {
  readonly #input: AgentInput
  readonly #context: BlockContext
  readonly #connection: Connection

  constructor(input: AgentInput, context: BlockContext, connection: Connection) {
    this.#input = input
    this.#context = context
    this.#connection = connection
  }

  /** @throws {BlockError} SERVICE_REFUSED when the agent has a limit in US dollars and the price is unknown */
  static async open(input: AgentInput, context: BlockContext): Promise<AgentModel> {
    const connection = await connect(input, context)
    const nothing = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
    if (input.max_usd != null && priceOf(input.model, nothing, input, connection.isOwnServer) === null)
      throw new BlockError(
        'SERVICE_REFUSED',
        `max_usd is set, but the price of model ${JSON.stringify(input.model)} is unknown: set input_usd_per_million and output_usd_per_million`,
      )
    return new AgentModel(input, context, connection)
  }

  /** @throws {BlockError} as the other blocks for models */
  async answer({ system, messages, mayCall }: Request): Promise<PaidAnswer> {
    const { model, max_tokens: maxTokens, temperature, multiple_tool_calls: isParallel, node_tools: tools } = this.#input
    const { signal } = this.#context
    const asked = { provider: this.#connection.provider, model }
    const onText = (text: string): void => this.#context.stream('finished', text)
    const options = toOptions({ system, messages, tools, mayCall, isParallel, maxTokens, temperature, signal })
    try {
      const answer = await readAnswer(languageModel(this.#connection, model), options, asked, onText)
      const { used } = answer
      const { isOwnServer } = this.#connection
      reportUsage(this.#context, asked, used, this.#input, isOwnServer)
      assertComplete(answer, asked)
      if (answer.text === '' && answer.calls.length === 0)
        throw new BlockError('MODEL_OUTPUT_INVALID', `${showModel(asked)}: the model gave neither a text nor a tool call`)
      const costUsd = used ? priceOf(model, used, this.#input, isOwnServer) : null
      return { ...answer, tokens: used ? used.inputTokens + used.outputTokens : 0, costUsd: costUsd ?? 0 }
    } catch (error) {
      throw toModelError(error, asked)
    }
  }
}
