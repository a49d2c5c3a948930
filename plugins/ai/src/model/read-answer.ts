import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider'
import { BlockError } from '@ashlar/sdk'
import { showModel, type Asked } from './errors.ts'
import { toTokens, type Tokens } from './tokens.ts'

/** A tool call of a model, as it came. */
export interface RequestedCall {
  id: string
  name: string
  /** JSON text, which may be invalid. */
  arguments: string
  /** Gemini expects it back with the call. */
  signature?: string
}

export interface Answer {
  text: string
  calls: RequestedCall[]
  /** Undefined if the service does not report them. */
  used: Tokens | undefined
  /** Why the answer ended; undefined if it is not complete. */
  end: string | undefined
  /** The same in the words of the service. */
  rawEnd: string | undefined
}

/**
 * Sends one request to a model, and reads its answer while it arrives.
 *
 * @param onText receives each piece of the text
 * @throws {BlockError} SERVICE_FAILED when the answer is not a stream of events
 */
export async function readAnswer(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  asked: Asked,
  onText: (text: string) => void,
): Promise<Answer> {
  const { stream, response } = await model.doStream(options)
  const answer: Answer = { text: '', calls: [], used: undefined, end: undefined, rawEnd: undefined }
  try {
    const reader = stream.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) takePart(answer, next.value, onText)
  } catch (error) {
    assertStream(answer, response, asked)
    throw error
  }
  assertStream(answer, response, asked)
  return answer
}

function takePart(answer: Answer, part: LanguageModelV4StreamPart, onText: (text: string) => void): void {
  if (part.type === 'text-delta') {
    answer.text += part.delta
    onText(part.delta)
  } else if (part.type === 'tool-call') {
    const { toolCallId: id, toolName: name, input, providerMetadata = {} } = part
    const signature = Object.values(providerMetadata).find((each) => typeof each['thoughtSignature'] === 'string')
    answer.calls.push({ id, name, arguments: input, ...(signature && { signature: String(signature['thoughtSignature']) }) })
  } else if (part.type === 'finish') {
    const { unified, raw } = part.finishReason
    const { inputTokens, outputTokens } = part.usage
    answer.used = toTokens(inputTokens.total, outputTokens.total, inputTokens.cacheRead)
    answer.end = INCOMPLETE.has(unified) || (unified === 'other' && raw === undefined) ? undefined : unified
    answer.rawEnd = raw
  } else if (part.type === 'error') throw part.error
}

const INCOMPLETE = new Set<string>(['error', 'interrupted'])

/** A page of another server, or an answer in one piece, contains no event. Some servers name no content type. */
function assertStream({ text, calls, end }: Answer, response: LanguageModelV4StreamResult['response'], asked: Asked): void {
  const type = response?.headers?.['content-type']
  if (end !== undefined || text !== '' || calls.length > 0 || type === undefined || /^text\/event-stream/i.test(type)) return
  throw new BlockError(
    'SERVICE_FAILED',
    `${showModel(asked)}: the answer must be a stream of events (text/event-stream), got ${JSON.stringify(type.slice(0, 100))}; check the base URL of your credential`,
  )
}

/** @throws {BlockError} when the answer is not complete */
export function assertComplete({ end, rawEnd, text }: Answer, asked: Asked): void {
  if (end === 'content-filter')
    throw new BlockError('CONTENT_FILTERED', `${showModel(asked)}: the service ended the answer because of its content policy`)
  const reason = rawEnd === undefined ? '' : ` (${rawEnd.slice(0, 100)})`
  if (end === undefined)
    throw new BlockError(
      'SERVICE_FAILED',
      `${showModel(asked)}: the answer ended early${reason}, after ${text.length} characters; run the node again`,
    )
}
