import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the service has received it. */
export interface ReceivedRequest {
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A local server that answers like the APIs of OpenAI, Anthropic and Google. */
export interface FakeModels {
  /** `http://127.0.0.1:…` */
  readonly url: string
  /** `127.0.0.1:…` */
  readonly host: string
  readonly received: ReceivedRequest[]
  /** Answers in order; afterwards, the service answers as its API does. */
  readonly next: ((response: ServerResponse, request: ReceivedRequest) => void | Promise<void>)[]
  /** The pieces of each text. */
  pieces: string[]
  /** Waits before each piece, in milliseconds. */
  pauseMs: number
  /** Called when a piece is written to the socket. */
  onSent: (piece: string) => void
  close(): Promise<void>
}

export async function startFakeModels(): Promise<FakeModels> {
  const fake: FakeModels = {
    url: '',
    host: '',
    received: [],
    next: [],
    pieces: ['Hello ', 'from ', 'here.'],
    pauseMs: 0,
    onSent: () => {},
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
  const server = createServer((request, response) => {
    answer(fake, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(fake, { host, url: `http://${host}` })
}

async function answer(fake: FakeModels, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const received = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
  fake.received.push(received)
  const next = fake.next.shift()
  if (next) return next(response, received)
  const path = received.path.replace(/\?.*$/, '')
  if (path.endsWith('/chat/completions')) await sendStream(fake, response, openaiEvents(fake.pieces))
  else if (path.endsWith('/messages')) await sendStream(fake, response, anthropicEvents(fake.pieces))
  else if (path.endsWith(':streamGenerateContent')) await sendStream(fake, response, googleEvents(fake.pieces))
  else sendJson(response, 200, OTHERS.find(([end]) => path.endsWith(end))?.[1] ?? { error: { message: 'no such path' } })
}

const OTHERS: [end: string, json: unknown][] = [
  ['/embeddings', { object: 'list', data: [{ index: 0, embedding: [1, 0] }], usage: { prompt_tokens: 4, total_tokens: 4 } }],
  [':embedContent', { embedding: { values: [0, 1] } }],
  [':batchEmbedContents', { embeddings: [{ values: [0, 1] }] }],
  ['/images/generations', { data: [{ b64_json: Buffer.from('image').toString('base64') }] }],
  ['/audio/transcriptions', { text: 'said' }],
  ['/audio/speech', 'sound'],
  ['/moderations', { results: [{ flagged: false, categories: { hate: false }, category_scores: { hate: 0.1 } }] }],
]

export function sendJson(response: ServerResponse, status: number, json: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json))
}

/** An event of a stream, and the piece of text that it contains. */
interface StreamEvent {
  event?: string
  data: unknown
  piece?: string
}

/** @param count the events after which the connection ends without an end of the stream */
export async function sendStream(
  fake: FakeModels,
  response: ServerResponse,
  events: readonly StreamEvent[],
  count = Infinity,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (const [i, { event, data, piece }] of events.entries()) {
    if (i === count) {
      await new Promise((resolve) => setTimeout(resolve, 100)) // until the client has received the beginning
      return void response.destroy()
    }
    if (piece !== undefined && fake.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.pauseMs))
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`)
    if (piece !== undefined) fake.onSent(piece)
  }
  response.end()
}

/** Source: https://platform.openai.com/docs/api-reference/chat-streaming */
export function openaiEvents(pieces: readonly string[], finish = 'stop'): StreamEvent[] {
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'test' }
  const delta = (content: object, reason: string | null = null): object => ({
    ...chunk,
    choices: [{ index: 0, delta: content, finish_reason: reason }],
  })
  const usage = { prompt_tokens: 20, completion_tokens: 6, total_tokens: 26, prompt_tokens_details: { cached_tokens: 8 } }
  return [
    { data: delta({ role: 'assistant', content: '' }) },
    ...pieces.map((piece) => ({ data: delta({ content: piece }), piece })),
    { data: delta({}, finish) },
    { data: { ...chunk, choices: [], usage } },
    { data: '[DONE]' },
  ]
}

/** Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming */
function anthropicEvents(pieces: readonly string[]): StreamEvent[] {
  const usage = { input_tokens: 12, cache_read_input_tokens: 8, cache_creation_input_tokens: 0, output_tokens: 1 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'test', content: [], stop_reason: null, usage }
  const typed = (type: string, more: object): StreamEvent => ({ event: type, data: { type, ...more } })
  return [
    typed('message_start', { message }),
    typed('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    typed('ping', {}),
    ...pieces.map((text) => ({
      ...typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
      piece: text,
    })),
    typed('content_block_stop', { index: 0 }),
    typed('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 6 } }),
    typed('message_stop', {}),
  ]
}

/** Source: https://ai.google.dev/api/generate-content#v1beta.models.streamGenerateContent */
function googleEvents(pieces: readonly string[]): StreamEvent[] {
  const usageMetadata = { promptTokenCount: 20, candidatesTokenCount: 6, totalTokenCount: 26, cachedContentTokenCount: 8 }
  return pieces.map((text, i) => {
    const isLast = i === pieces.length - 1
    const candidate = { content: { role: 'model', parts: [{ text }] }, index: 0, ...(isLast && { finishReason: 'STOP' }) }
    return { data: { candidates: [candidate], usageMetadata, modelVersion: 'test' }, piece: text }
  })
}
