import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a model answers to one request. */
export interface ToolAnswer {
  text?: string
  /** `id` is for Anthropic only. */
  calls?: { id?: string; name: string; input: object }[]
  /** Refuses the request. */
  error?: { status: number; body: object }
  /** Sends an error after the text. */
  lateError?: { type: string; message: string; code: number }
}

/** The body of a request, as far as tests read it. */
interface ToolRequest {
  tools?: Record<string, unknown>[]
  messages?: { role: string; content: Record<string, unknown>[] }[]
  contents?: { role: string; parts: Record<string, unknown>[] }[]
  [field: string]: unknown
}

/**
 * A local server with the APIs of Anthropic and Gemini. It refuses conversations that they refuse: results that do not
 * follow their calls, ids that are used twice, and calls without the signature that the model has sent.
 */
export interface ToolModels {
  /** `127.0.0.1:…` */
  readonly host: string
  readonly requests: ToolRequest[]
  answers: ToolAnswer[]
  close(): Promise<unknown>
}

export async function startToolModels(): Promise<ToolModels> {
  const models: ToolModels = {
    host: '',
    requests: [],
    answers: [],
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
  const server = createServer((request, response) => {
    respond(models, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(models, { host: `127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function respond(models: ToolModels, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  const body = JSON.parse(text) as ToolRequest
  models.requests.push(body)
  const isAnthropic = request.url?.endsWith('/messages') === true
  const fault = isAnthropic ? findAnthropicFault(body) : findGeminiFault(body)
  const answer = models.answers.shift() ?? { text: 'done' }
  const { status, body: refusal } = answer.error ?? { status: 400, body: { error: { message: fault } } }
  if (answer.error || fault !== undefined)
    return void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of isAnthropic ? anthropicEvents(answer) : geminiEvents(answer)) response.write(event)
  response.end()
}

/** Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/implement-tool-use */
function findAnthropicFault({ messages = [], tools = [] }: ToolRequest): string | undefined {
  const idsOf = (message: (typeof messages)[number] | undefined, type: string, key: string): unknown[] =>
    (message?.content ?? []).filter((block) => block['type'] === type).map((block) => block[key])
  const all = messages.flatMap((message) => idsOf(message, 'tool_use', 'id'))
  if (new Set(all).size < all.length) return 'messages: `tool_use` ids must be unique'
  if (all.length > 0 && tools.length === 0) return 'requests that contain `tool_use` must define tools'
  for (const [i, message] of messages.entries()) {
    if (message.role === messages[i - 1]?.role) return `messages.${i}: roles must alternate`
    const [calls, results] = [idsOf(message, 'tool_use', 'id'), idsOf(messages[i + 1], 'tool_result', 'tool_use_id')]
    if (calls.join() !== results.join()) return `messages.${i}: \`tool_use\` ids must have a \`tool_result\` in the next message`
  }
  return undefined
}

/** Source: https://ai.google.dev/gemini-api/docs/function-calling and …/docs/thought-signatures */
function findGeminiFault({ contents = [] }: ToolRequest): string | undefined {
  for (const [i, { parts }] of contents.entries()) {
    const calls = parts.filter((part) => 'functionCall' in part)
    const results = (contents[i + 1]?.parts ?? []).filter((part) => 'functionResponse' in part)
    if (calls.length > 0 && calls.length !== results.length)
      return 'the number of function response parts must be equal to the number of function call parts'
    if (calls.length > 0 && calls[0]?.['thoughtSignature'] !== SIGNATURE)
      return 'Function call is missing a thought_signature in functionCall parts.'
  }
  return undefined
}

const SIGNATURE = 'c2lnbmVk'

/** Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming */
function* anthropicEvents({ text, calls = [], lateError }: ToolAnswer): Generator<string> {
  const event = (type: string, more: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'test', content: [], stop_reason: null }
  yield event('message_start', { message: { ...message, usage: { input_tokens: 20, output_tokens: 1 } } })
  let index = 0
  if (text !== undefined) {
    yield event('content_block_start', { index, content_block: { type: 'text', text: '' } })
    yield event('content_block_delta', { index, delta: { type: 'text_delta', text } })
    yield event('content_block_stop', { index: index++ })
  }
  if (lateError) return yield event('error', { error: lateError })
  for (const { id, name, input } of calls) {
    yield event('content_block_start', { index, content_block: { type: 'tool_use', id, name, input: {} } })
    const json = JSON.stringify(input)
    for (const part of [json.slice(0, 5), json.slice(5)])
      yield event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: part } })
    yield event('content_block_stop', { index: index++ })
  }
  const reason = calls.length > 0 ? 'tool_use' : 'end_turn'
  yield event('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 6 } })
  yield event('message_stop', {})
}

/** Source: https://ai.google.dev/api/generate-content#v1beta.models.streamGenerateContent */
function* geminiEvents({ text, calls = [], lateError }: ToolAnswer): Generator<string> {
  const usageMetadata = { promptTokenCount: 20, candidatesTokenCount: 6, totalTokenCount: 26 }
  const event = (parts: object[], more: object = {}): string =>
    `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts }, index: 0, ...more }], usageMetadata })}\n\n`
  if (text !== undefined) yield event([{ text }])
  if (lateError) {
    const { type: status, message, code } = lateError
    return yield `data: ${JSON.stringify({ error: { status, message, code } })}\n\n`
  }
  // Only the first of parallel calls has a signature.
  const parts = calls.map(({ name, input: args }, i) => ({
    functionCall: { name, args },
    ...(i === 0 && { thoughtSignature: SIGNATURE }),
  }))
  yield event(parts, { finishReason: 'STOP' })
}
