import type { BlockTest, FakeResponse, Fakes } from '@ashlar/sdk'

/** The credential of the tests of blocks. */
export const KEY: Pick<Fakes, 'credentials'> = {
  credentials: { 'openai-compatible': { type: 'ENDPOINT', baseUrl: 'https://api.openai.com/v1', key: 'test-key' } },
}

/** The responses of a chat model, in order. */
export function chat(...responses: FakeResponse[]): Record<string, FakeResponse[]> {
  return { 'POST https://api.openai.com/v1/chat/completions': responses }
}

/** A streamed answer that arrives in these pieces. */
export function answered(...pieces: string[]): FakeResponse {
  const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'test' }
  const chunks = [
    ...pieces.map((content) => ({ ...chunk, choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { ...chunk, choices: [], usage: { prompt_tokens: 10, completion_tokens: pieces.length, total_tokens: 10 + pieces.length } },
  ]
  const text = `${chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')}data: [DONE]\n\n`
  return { headers: { 'content-type': 'text/event-stream' }, text }
}

/** An error of the API. */
function refused(status: number, message: string): FakeResponse {
  return { status, json: { error: { message, type: 'invalid_request_error', param: null, code: null } } }
}

/** The test of a block whose credential has a wrong key. */
export const WRONG_KEY = {
  name: 'a wrong key',
  input: { prompt: 'Hi', model: 'gpt-x' },
  ...KEY,
  http: chat(refused(401, 'Incorrect API key provided')),
  output: [
    [
      'error',
      'model "gpt-x" of openai-compatible: the service does not accept the key of your credential (401): Incorrect API key provided',
    ],
  ],
} satisfies BlockTest
