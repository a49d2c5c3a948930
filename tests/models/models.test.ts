import { createTestRuntime, readNodeExecutions, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openaiEvents, sendJson, sendStream, startFakeModels, type FakeModels } from './fake-models.ts'

const KEYS = { 'openai-compatible': 'sk-openai-0123', anthropic: 'sk-ant-0123', google: 'AIza-0123' }

let runtime: TestRuntime
let models: FakeModels
beforeAll(async () => {
  models = await startFakeModels()
  runtime = await createTestRuntime({ localEndpoints: (provider) => (provider.startsWith('ai/') ? [models.host] : []) })
  for (const [name, key] of Object.entries(KEYS)) {
    const secret = { type: 'ENDPOINT', baseUrl: `${models.url}/v1`, key }
    await runtime.credentials.add(runtime.ownerId, { provider: `ai/${name}`, secret })
  }
})
afterAll(async () => {
  await runtime.close()
  await models.close()
})
afterEach(() => {
  models.received.length = 0
  models.next.length = 0
  models.pieces = ['Hello ', 'from ', 'here.']
})

interface Run {
  outputs: Record<string, unknown>
  error: { code: string; message: string } | undefined
  logs: string[]
  usage: unknown
  journal: string
}

async function run(block: string, inputs: object): Promise<Run> {
  const document = { nodes: [{ id: 'n', block, inputs }] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: block, document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const result: Run = { outputs: {}, error: undefined, logs: [], usage: undefined, journal: '' }
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    result.journal += JSON.stringify(event)
    if (event.type === 'NodeOutput') result.outputs[event.pin] = event.value
    if (event.type === 'NodeLog') result.logs.push(event.text)
    if (event.type === 'NodeFinished' && event.error) result.error = { code: event.error.code, message: event.error.message }
  }
  result.usage = (await readNodeExecutions(runtime, id))[0]?.usage
  return result
}

describe('ai/text', () => {
  const tokens = { inputTokens: 20, outputTokens: 6, cachedTokens: 8, requests: 1 }

  it.each([
    ['llama3.2', 'openai-compatible', { authorization: `Bearer ${KEYS['openai-compatible']}` }, '/v1/chat/completions'],
    ['claude-sonnet-4-5', 'anthropic', { 'x-api-key': KEYS.anthropic }, '/v1/messages'],
    [
      'gemini-2.5-flash',
      'google',
      { 'x-goog-api-key': KEYS.google },
      '/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    ],
  ])('asks %s at %s with the key of the credential', async (model, provider, headers, path) => {
    const { outputs, usage, journal, error } = await run('ai/text', {
      prompt: 'Hi {{name}}',
      model,
      prompt_values: { name: 'Ada' },
    })
    expect(error).toBeUndefined()
    expect(outputs).toEqual({ response: 'Hello from here.', prompt: [{ role: 'user', content: 'Hi Ada' }] })
    expect(usage).toEqual([{ provider, model, ...tokens, costUsd: null, unpriced: 1 }])
    expect(models.received).toMatchObject([{ path, headers }])
    expect(models.received[0]?.body).toContain('Hi Ada')
    for (const key of Object.values(KEYS)) expect(journal).not.toContain(key)
  })

  it('has the price that its pins name', async () => {
    const { usage } = await run('ai/text', { prompt: 'Hi', input_usd_per_million: 1, output_usd_per_million: 10 })
    expect(usage).toMatchObject([{ costUsd: (20 * 1 + 6 * 10) / 1_000_000, unpriced: 0 }])
  })

  it('waits as long as a busy server asks', async () => {
    const busy = { error: { message: 'Rate limit reached' } }
    models.next.push((response) => sendJson(response, 429, busy, { 'retry-after-ms': '30' }))
    models.next.push((response) => sendJson(response, 503, busy, { 'retry-after': '0' }))
    const { outputs, logs } = await run('ai/text', { prompt: 'Hi' })
    expect(outputs.response).toBe('Hello from here.')
    expect(logs).toEqual([
      'attempt 1 of 3 ended with status 429; the next attempt is in 30 ms',
      'attempt 2 of 3 ended with status 503; the next attempt is in 0 ms',
    ])
  })

  it('asks again after the connection is lost before the answer', async () => {
    models.next.push((response) => void response.destroy())
    const { outputs, logs } = await run('ai/text', { prompt: 'Hi' })
    expect(outputs.response).toBe('Hello from here.')
    expect(logs).toEqual([expect.stringMatching(/^attempt 1 of 3 failed; the next attempt is in \d+ ms$/)])
  })

  it.each<[string, FakeModels['next'][number], string, RegExp]>([
    [
      'a wrong key',
      (r) => sendJson(r, 401, { error: { message: `Incorrect API key: ${KEYS['openai-compatible']}` } }),
      'CREDENTIAL_EXPIRED',
      /does not accept the key.*\*\*\*/,
    ],
    [
      'an unknown model',
      (r) => sendJson(r, 404, { error: { message: 'model "m" not found' } }),
      'MODEL_NOT_FOUND',
      /check the name of the model/,
    ],
    [
      'too much input',
      (r) => sendJson(r, 400, { error: { message: "This model's maximum context length is 8192 tokens." } }),
      'CONTEXT_TOO_LONG',
      /shorten it/,
    ],
    [
      'a content filter',
      (r) => sendJson(r, 400, { error: { message: 'The response was filtered', code: 'content_filter' } }),
      'CONTENT_FILTERED',
      /content policy/,
    ],
    [
      'no credit',
      (r) =>
        sendJson(
          r,
          429,
          { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } },
          { 'retry-after': '999' },
        ),
      'SERVICE_REFUSED',
      /no credit left/,
    ],
    [
      'a long wait',
      (r) => sendJson(r, 429, { error: { message: 'slow' } }, { 'retry-after': '3600' }),
      'RATE_LIMITED',
      /wait 3600 s/,
    ],
    [
      'a wrong parameter',
      (r) => sendJson(r, 422, { error: { message: 'temperature must be 1' } }),
      'SERVICE_REFUSED',
      /temperature must be 1/,
    ],
    ['an answer that is not a stream', (r) => void r.end('<html>'), 'SERVICE_FAILED', /ended early/],
    [
      'a stream that is not JSON',
      (r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {oops\n\n'),
      'SERVICE_FAILED',
      /not valid/,
    ],
    [
      'a page of another server',
      (r) => void r.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Welcome</html>'),
      'SERVICE_FAILED',
      /must be a stream of events \(text\/event-stream\), got "text\/html; charset=utf-8"; check the base URL/,
    ],
    [
      'an error in the middle of the answer',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(
            `data: {"id":"1","choices":[{"delta":{"content":"Ha"}}]}\n\ndata: {"error":{"message":"slow down","code":429}}\n\n`,
          ),
      'RATE_LIMITED',
      /slow down/,
    ],
    [
      'an event of another form',
      (r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"choices":"x"}\n\n'),
      'SERVICE_FAILED',
      /does not have the form of the API: \{"choices":"x"\}$/,
    ],
    ['half a stream', (r) => sendStream(models, r, openaiEvents(['Half']), 2), 'HTTP_FAILED', /./],
    [
      'a stream without an end',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end('data: {"id":"1","choices":[{"index":0,"delta":{"content":"Ha"}}]}\n\n'),
      'SERVICE_FAILED',
      /ended early/,
    ],
    [
      'an answer that the service filters',
      (r) => sendStream(models, r, openaiEvents(['No'], 'content_filter')),
      'CONTENT_FILTERED',
      /content policy/,
    ],
    [
      'a tool that does not exist',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(
            `data: ${JSON.stringify({ id: '1', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 't', type: 'function', function: { name: 'rm', arguments: '{}' } }] }, finish_reason: 'tool_calls' }] })}\n\ndata: [DONE]\n\n`,
          ),
      'MODEL_OUTPUT_INVALID',
      /calls the tool "rm", which does not exist/,
    ],
  ])('fails with a code: %s', async (_what, answer, code, message) => {
    models.next.push(answer)
    const { error, journal } = await run('ai/text', { prompt: 'Hi', model: 'm' })
    expect(error).toEqual({ code, message: expect.stringMatching(message) as unknown })
    expect(journal).not.toContain(KEYS['openai-compatible'])
  })

  it.each([{ prompt_tokens: -5, completion_tokens: 1.5 }, undefined])('accepts an answer whose usage is %j', async (usage) => {
    models.next.push((response) =>
      sendStream(models, response, [...openaiEvents(['Hi']).slice(0, 3), { data: { id: 'u', choices: [], usage } }]),
    )
    const result = await run('ai/text', { prompt: 'Hi', input_usd_per_million: 1, output_usd_per_million: 1 })
    expect(result.outputs.response).toBe('Hi')
    expect(result.usage).toMatchObject([{ inputTokens: 0, outputTokens: 0, requests: 1, costUsd: null, unpriced: 1 }])
  })

  it('fails with SERVICE_FAILED when the server fails three times', async () => {
    for (let i = 0; i < 3; i++) models.next.push((response) => sendJson(response, 500, {}, { 'retry-after': '0' }))
    expect((await run('ai/text', { prompt: 'Hi' })).error?.code).toBe('SERVICE_FAILED')
    expect(models.received).toHaveLength(3)
  })

  it('sends a prompt of 2 MB', async () => {
    const { outputs } = await run('ai/text', { prompt: 'x'.repeat(2_000_000), retry: 1 })
    expect(outputs.response).toBe('Hello from here.')
    expect(models.received[0]?.body.length).toBeGreaterThan(2_000_000)
  })
})

describe('ai/structured', () => {
  it('gives the model its answer and what is wrong with it', async () => {
    models.pieces = ['{"n": "seven"}']
    models.next.push((response) => sendStream(models, response, openaiEvents(['{"n": "seven"']))) // broken JSON
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
    const { error, logs } = await run('ai/structured', { prompt: 'Count', schema, retry: 2 })
    expect(error).toMatchObject({
      code: 'MODEL_OUTPUT_INVALID',
      message: expect.stringMatching(/"n" does not match the schema/) as unknown,
    })
    expect(logs).toEqual([expect.stringMatching(/^answer 1 of at most 2 is not valid: it is not JSON/)])
    expect(models.received[1]?.body).toMatch(/Your answer is not valid: it is not JSON/)
  })

  it('shortens a prompt that is too long', async () => {
    models.pieces = ['{"n": 7}']
    models.next.push((response) => sendJson(response, 400, { error: { message: 'prompt is too long' } }))
    const { outputs } = await run('ai/structured', {
      prompt: `first ${'x'.repeat(4000)} last`,
      expected_format: { n: 'a number' },
    })
    expect(outputs.response).toEqual({ n: 7 })
    const [long = 0, short = 0] = models.received.map(({ body }) => body.length)
    expect(short).toBeLessThan(long - 1500)
    expect(models.received[1]?.body).toMatch(/first x.*\[…\].*x last/s)
  })
})

describe('the other parts of the API', () => {
  it.each([
    ['ai/embed', { list: ['a'] }, { vectors: [[1, 0]] }],
    ['ai/embed', { list: ['a'], model: 'gemini-embedding-001' }, { vectors: [[0, 1]] }],
    ['ai/image', { prompt: 'A dot' }, { file: 'image.png' }],
    ['ai/speak', { text: 'Hi' }, { file: 'speech.mp3' }],
    ['ai/moderate', { text: 'Hi' }, { result: false, list: [], scores: { hate: 0.1 } }],
  ])('%s %j', async (block, inputs, outputs) => {
    const result = await run(block, inputs)
    expect(result.error).toBeUndefined()
    expect(result.outputs).toEqual(outputs)
  })

  it('sorts vectors by their index', async () => {
    const data = [1, 0].map((index) => ({ index, embedding: [index] }))
    models.next.push((response) => sendJson(response, 200, { data }))
    expect((await run('ai/embed', { list: ['a', 'b'] })).outputs).toEqual({ vectors: [[0], [1]] })
  })

  it.each([
    [[], /a vector for each of 2 texts, got 0/],
    [[[1], [1], [1]], /a vector for each of 2 texts, got 3/],
    [[[1], [1, 2]], /the same length, got 1 and 2 numbers/],
  ])('ai/embed refuses %j for two texts', async (vectors, message) => {
    models.next.push((response) => sendJson(response, 200, { data: vectors.map((embedding) => ({ embedding })) }))
    const { error } = await run('ai/embed', { list: ['a', 'b'] })
    expect(error).toMatchObject({ code: 'SERVICE_FAILED', message: expect.stringMatching(message) as unknown })
  })

  it('sends a file as a form', async () => {
    const document = {
      nodes: [
        { id: 'w', block: 'files/write', inputs: { path: 'a.mp3', text: 'sound' } },
        { id: 'n', block: 'ai/transcribe', inputs: {} },
        { id: 'out', block: 'io/output', inputs: { name: 'text' } },
      ],
      links: [
        { from: 'w.path', to: 'n.file' },
        { from: 'n.text', to: 'out.value' },
      ],
    }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Transcribe', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
    expect(await runtime.executions.waitForEnd(runtime.ownerId, id, 30_000)).toMatchObject({ status: 'COMPLETED' })
    expect(models.received).toMatchObject([
      { path: '/v1/audio/transcriptions', body: expect.stringMatching(/name="model"/) as unknown },
    ])
  })
})
