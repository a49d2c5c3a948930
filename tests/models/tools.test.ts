import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startToolModels, type ToolAnswer, type ToolModels } from './tool-models.ts'

let runtime: TestRuntime
let models: ToolModels
beforeAll(async () => {
  models = await startToolModels()
  runtime = await createTestRuntime({ localEndpoints: (provider) => (provider.startsWith('ai/') ? [models.host] : []) })
  for (const name of ['anthropic', 'google']) {
    const secret = { type: 'ENDPOINT', baseUrl: `http://${models.host}/v1`, key: `key-of-${name}` }
    await runtime.credentials.add(runtime.ownerId, { provider: `ai/${name}`, secret })
  }
})
afterAll(async () => {
  await runtime.close()
  await models.close()
})
beforeEach(() => void (models.requests.length = 0))

interface Run {
  answer: unknown
  error: { code: string; message: string } | undefined
}

/** Runs an agent with the tool `Add`. */
async function run(model: string, answers: ToolAnswer[], inputs: object = {}): Promise<Run> {
  models.answers = answers
  const agent = { prompt: 'How much?', model, agent_mode_max_iterations: 5, multiple_tool_calls: true, ...inputs }
  const document = {
    nodes: [
      { id: 'agent', block: 'ai/agent', inputs: agent },
      { id: 'add', block: 'math/calculate', title: 'Add', inputs: { operation: 'Add' } },
    ],
    links: [
      { from: 'agent.tools', to: 'add.a' },
      { from: 'agent.tools', to: 'add.b' },
    ],
  }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Agent', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const result: Run = { answer: undefined, error: undefined }
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type === 'NodeOutput' && event.pin === 'finished') result.answer = event.value
    if (event.type === 'NodeFinished' && event.error) result.error = { code: event.error.code, message: event.error.message }
  }
  return result
}

const CALLS = [
  { id: 'toolu_1', name: 'Add', input: { a: 1, b: 2 } },
  { id: 'toolu_2', name: 'Add', input: { a: 30, b: 4 } },
]
const PARAMETERS = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] }

describe('an agent', () => {
  it('sends tools and the results of parallel calls in the form of Anthropic', async () => {
    expect(await run('claude-x', [{ text: 'I add.', calls: CALLS }, { text: '3 and 34' }])).toMatchObject({ answer: '3 and 34' })
    const [first, second] = models.requests
    expect(first?.tools).toMatchObject([{ name: 'Add', input_schema: PARAMETERS }])
    expect(second?.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'How much?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I add.' },
          { type: 'tool_use', id: 'toolu_1', name: 'Add', input: { a: 1, b: 2 } },
          { type: 'tool_use', id: 'toolu_2', name: 'Add', input: { a: 30, b: 4 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: '3' },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: '34' },
        ],
      },
    ])
  })

  it('sends tools, signatures and the results of parallel calls in the form of Gemini', async () => {
    expect(await run('gemini-x', [{ calls: CALLS }, { text: '3 and 34' }])).toMatchObject({ answer: '3 and 34' })
    const [first, second] = models.requests
    expect(first?.tools).toMatchObject([{ functionDeclarations: [{ name: 'Add', parametersJsonSchema: PARAMETERS }] }])
    const [, call, result] = second?.contents ?? []
    expect(call).toMatchObject({
      role: 'model',
      parts: [
        { functionCall: { name: 'Add', args: { a: 1, b: 2 } }, thoughtSignature: 'c2lnbmVk' },
        { functionCall: { name: 'Add', args: { a: 30, b: 4 } } },
      ],
    })
    expect(result).toMatchObject({
      role: 'user',
      parts: [
        { functionResponse: { name: 'Add', response: { content: '3' } } },
        { functionResponse: { name: 'Add', response: { content: '34' } } },
      ],
    })
  })

  it.each(['claude-x', 'gemini-x'])('continues a conversation of several steps with %s', async (model) => {
    const [one = { name: '', input: {} }, two = one] = CALLS
    const answers = [{ calls: [one] }, { text: 'More.', calls: [two] }, { text: 'end' }]
    expect(await run(model, answers)).toEqual({ answer: 'end', error: undefined })
    expect(models.requests).toHaveLength(3)
  })

  it('gives calls whose id Anthropic has used before another id', async () => {
    const call = { id: 'same', name: 'Add', input: { a: 1, b: 1 } }
    expect(await run('claude-x', [{ calls: [call, call] }, { calls: [call] }, { text: 'end' }])).toMatchObject({ answer: 'end' })
    const ids = models.requests.at(-1)?.messages?.flatMap(({ content }) => content.flatMap((block) => block['tool_use_id'] ?? []))
    expect(ids).toEqual(['same', 'same_2', 'same_3'])
  })

  it.each(['claude-x', 'gemini-x'])('returns a call of an unknown tool to %s as an error', async (model) => {
    const wrong = { calls: [{ id: 'toolu_9', name: 'Subtract', input: {} }] }
    expect(await run(model, [wrong, { text: 'sorry' }])).toMatchObject({ answer: 'sorry' })
    expect(JSON.stringify(models.requests[1])).toContain('there is no tool \\"Subtract\\"; the tools are: Add')
  })

  it.each(['claude-x', 'gemini-x'])('must answer without tools after its last iteration with %s', async (model) => {
    expect(await run(model, [{ calls: CALLS }, { text: 'enough' }], { agent_mode_max_iterations: 1 })).toMatchObject({
      answer: 'enough',
    })
    const last = models.requests.at(-1)
    expect(last?.['tool_choice'] ?? last?.['toolConfig']).toEqual(
      model === 'claude-x' ? { type: 'none' } : { functionCallingConfig: { mode: 'NONE' } },
    )
  })
})

describe('an error of the service', () => {
  const anthropic = (status: number, type: string, message: string): ToolAnswer => ({
    error: { status, body: { type: 'error', error: { type, message } } },
  })
  const google = (status: number, name: string, message: string): ToolAnswer => ({
    error: { status, body: { error: { code: status, status: name, message } } },
  })

  it.each<[string, ToolAnswer, string, RegExp]>([
    ['claude-x', anthropic(401, 'authentication_error', 'invalid x-api-key'), 'CREDENTIAL_EXPIRED', /invalid x-api-key/],
    ['claude-x', anthropic(403, 'permission_error', 'no permission'), 'SERVICE_REFUSED', /no permission/],
    ['claude-x', anthropic(404, 'not_found_error', 'model: claude-x'), 'MODEL_NOT_FOUND', /check the name of the model/],
    ['claude-x', anthropic(413, 'request_too_large', 'too large'), 'CONTEXT_TOO_LONG', /shorten it/],
    ['claude-x', anthropic(400, 'invalid_request_error', 'prompt is too long: 9 > 8'), 'CONTEXT_TOO_LONG', /shorten it/],
    ['claude-x', anthropic(400, 'invalid_request_error', 'Your credit balance is too low'), 'SERVICE_REFUSED', /no credit left/],
    ['claude-x', { lateError: { type: 'overloaded_error', message: 'Overloaded', code: 529 } }, 'SERVICE_FAILED', /Overloaded/],
    ['claude-x', { text: 'Half', lateError: { type: 'rate_limit_error', message: 'slow', code: 429 } }, 'RATE_LIMITED', /slow/],
    ['gemini-x', google(400, 'INVALID_ARGUMENT', 'API key not valid.'), 'CREDENTIAL_EXPIRED', /does not accept the key/],
    ['gemini-x', google(403, 'PERMISSION_DENIED', 'no permission'), 'SERVICE_REFUSED', /no permission/],
    ['gemini-x', google(404, 'NOT_FOUND', 'models/x is not found'), 'MODEL_NOT_FOUND', /check the name of the model/],
    [
      'gemini-x',
      google(400, 'INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum number of tokens allowed (8).'),
      'CONTEXT_TOO_LONG',
      /shorten it/,
    ],
    [
      'gemini-x',
      { text: 'Half', lateError: { type: 'UNAVAILABLE', message: 'overloaded', code: 503 } },
      'SERVICE_FAILED',
      /overloaded/,
    ],
  ])('of %s has a code: %j', async (model, answer, code, message) => {
    expect(await run(model, [answer])).toMatchObject({ error: { code, message: expect.stringMatching(message) as unknown } })
    expect(models.requests).toHaveLength(1)
  })
})
