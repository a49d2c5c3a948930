import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a test model answers to one request. */
export interface ModelAnswer {
  text?: string
  calls?: { name: string; arguments: unknown }[]
  /** Refuses the request with this HTTP status. @default 200 */
  status?: number
  headers?: Record<string, string>
  /** Ends the connection in the middle of the answer. */
  breaks?: boolean
}

/** A request of the OpenAI chat API, as far as tests read it. */
export interface ModelRequest {
  model: string
  messages: { role: string; content: unknown; tool_call_id?: string; tool_calls?: unknown[] }[]
  tools?: { function: { name: string; description: string; parameters: Record<string, unknown> } }[]
  tool_choice?: unknown
  stream?: boolean
  [setting: string]: unknown
}

type AnswerModel = (request: ModelRequest, n: number) => ModelAnswer | Promise<ModelAnswer>

export interface TestModel {
  /** `127.0.0.1:…` */
  readonly host: string
  /** The base URL for a credential. */
  readonly url: string
  /** The requests since {@link begin}. */
  readonly requests: ModelRequest[]
  /** Forgets all requests. @param answer returns the answer to the n-th request */
  begin(answer: AnswerModel): void
  close(): Promise<unknown>
}

/** Starts a local server with the streaming chat API of OpenAI. */
export async function startTestModel(): Promise<TestModel> {
  const requests: ModelRequest[] = []
  let answer: AnswerModel = () => ({ text: 'yes' })
  const server = createServer((request, response) => {
    const respond = async (): Promise<void> => {
      const body = JSON.parse(await readText(request)) as ModelRequest
      requests.push(body)
      send(response, await answer(body, requests.length))
    }
    respond().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const begin: TestModel['begin'] = (next) => {
    requests.length = 0
    answer = next
  }
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve).closeAllConnections())
  return { host, url: `http://${host}/v1`, requests, begin, close }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}

let ids = 0

function send(response: ServerResponse, { text, calls = [], status = 200, headers = {}, breaks = false }: ModelAnswer): void {
  if (status !== 200) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: `status ${status}`, type: 'error' } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
  const write = (delta: object, more: object = {}): void => {
    const choices = [{ index: 0, delta, finish_reason: null, ...more }]
    response.write(
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'test', choices })}\n\n`,
    )
  }
  for (const content of text?.match(/[^]{1,20}/g) ?? []) write({ role: 'assistant', content })
  for (const [index, { name, arguments: args }] of calls.entries()) {
    const json = typeof args === 'string' ? args : JSON.stringify(args)
    write({ tool_calls: [{ index, id: `call_${++ids}`, type: 'function', function: { name, arguments: json } }] })
  }
  if (breaks) return void response.end()
  write({}, { finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' })
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
  response.write(
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'test', choices: [], usage })}\n\n`,
  )
  response.end('data: [DONE]\n\n')
}
