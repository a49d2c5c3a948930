import { describe, expect, it } from 'vitest'
import type { ApiExchange, ApiNodeExecution } from '../../client/index.ts'
import { toCase, type ExecutionRecord, type RecordedExecution } from './recorded-case.ts'
import { createRedaction } from './redact.ts'

const node = (id: string, block: string, inputs: Record<string, unknown> = {}) => ({ id, block, inputs })
const run = (nodeId: string, inputs: Record<string, unknown>, ...outputs: [string, unknown][]): ApiNodeExecution => ({
  nodeId,
  number: 1,
  status: 'COMPLETED',
  inputs,
  outputs: outputs.map(([pin, value]) => ({ pin, value })),
  outputCount: outputs.length,
  error: null,
})
const exchange = (nodeId: string, body: string, type = 'application/json', more: Partial<ApiExchange> = {}): ApiExchange => ({
  nodeId,
  method: 'GET',
  url: 'https://a.example/x',
  credential: null,
  failure: null,
  response: {
    status: 200,
    headers: [
      { name: 'content-type', value: type },
      { name: 'set-cookie', value: 'session=1' },
    ],
    base64: Buffer.from(body, 'latin1').toString('base64'),
    cut: false,
  },
  ...more,
})

/** @param children executions that its nodes have started */
function recorded(given: Partial<ExecutionRecord> = {}, ...children: ExecutionRecord[]): RecordedExecution {
  const document = {
    nodes: [
      node('key', 'io/input', { name: 'key', secret: true }),
      node('fetch', 'http/request'),
      node('keep', 'storage/persist'),
    ],
  }
  const execution = {
    status: 'COMPLETED',
    startedAt: null,
    inputs: { key: 'pa"ss-word' },
    outputs: { out: ['sent pa"ss-word'] },
    failedNodes: [],
    reason: null,
    graph: null,
    version: 1,
    document: { ...document, links: [] } as unknown as ExecutionRecord['execution']['document'],
  }
  const nodeExecutions = [
    run('fetch', { url: 'https://a.example/x' }, ['status', 200]),
    run('keep', { key: 'k', value: 1 }, ['value', 1]),
  ]
  return {
    records: [{ execution, nodeExecutions, exchanges: [], ...given }, ...children],
    file: '',
    blocks: new Map([
      ['http/request', { kind: 'STANDARD', capabilities: [{ kind: 'HTTP' }], inputs: [] }],
      ['storage/persist', { kind: 'STANDARD', capabilities: [{ kind: 'STORAGE' }], inputs: [] }],
      ['io/input', { kind: 'INPUT', capabilities: [], inputs: [] }],
    ]),
    providers: new Map([['a/b', 'USER_PASSWORD']]),
  }
}

const child = (given: Partial<ExecutionRecord> = {}): ExecutionRecord => recorded(given).records[0]

describe('a case of an execution', () => {
  it('replaces the runs of nodes with capabilities', () => {
    expect(toCase('one', recorded()).nodes).toEqual({
      fetch: [{ inputs: { url: 'https://a.example/x' }, outputs: [['status', 200]] }],
      keep: [{ inputs: { key: 'k', value: 1 }, outputs: [['value', 1]] }],
    })
  })

  it('runs a block that only sends requests if its exchanges were recorded', () => {
    const { http, nodes, credentials } = toCase(
      'one',
      recorded({ exchanges: [exchange('fetch', '{"a":1}', undefined, { credential: 'a/b' })] }),
    )
    expect(http).toEqual({
      'GET https://a.example/x': { status: 200, headers: { 'content-type': 'application/json' }, json: { a: 1 } },
    })
    expect(Object.keys(nodes ?? {})).toEqual(['keep'])
    expect(credentials).toEqual({ 'a/b': { type: 'USER_PASSWORD', username: 'test-user', password: 'test-password' } })
  })

  it.each([
    ['failed', { response: null, failure: 'no' }],
    ['is incomplete', { response: { status: 200, headers: [], base64: '', cut: true } }],
  ])('replaces the run of a block if an exchange %s', (_, more) => {
    const exchanges = [exchange('fetch', '{}'), exchange('fetch', '{}', undefined, more)]
    expect(Object.keys(toCase('one', recorded({ exchanges })).nodes ?? {})).toEqual(['fetch', 'keep'])
  })

  it('lists several responses in order, as JSON, text or bytes that stay the same', () => {
    const exchanges = [
      exchange('fetch', '{"a": 1}'),
      exchange('fetch', 'hi', 'text/plain'),
      exchange('fetch', '\u00ff\u00fe', 'image/png'),
    ]
    expect(toCase('one', recorded({ exchanges })).http?.['GET https://a.example/x']).toMatchObject([
      { text: '{"a": 1}' },
      { text: 'hi' },
      { base64: '//4=' },
    ])
  })

  it('has the responses and the runs of the executions that its nodes have started', () => {
    const exchanges = [exchange('fetch', '{"a":1}')]
    const both = toCase('one', recorded({ exchanges }, child({ exchanges })))
    expect(both.http?.['GET https://a.example/x']).toMatchObject([{ json: { a: 1 } }, { json: { a: 1 } }])
    expect(both.nodes?.keep).toHaveLength(2)
    expect(both.outputs).toEqual({ out: ['sent pa"ss-word'] })
  })

  it('replaces the runs of a node id in all graphs if one of them needs it', () => {
    const nodes = [{ id: 'fetch', block: 'storage/persist', inputs: {} }]
    const document = { nodes, links: [] } as unknown as ExecutionRecord['execution']['document']
    const other = child({ nodeExecutions: [run('fetch', { key: 'k' }, ['value', 2])] })
    const { nodes: replaced } = toCase('one', recorded({}, { ...other, execution: { ...other.execution, document } }))
    expect(replaced?.fetch).toMatchObject([{ outputs: [['status', 200]] }, { outputs: [['value', 2]] }])
  })

  it('expects the failure of an execution that failed', () => {
    const [{ execution }] = recorded().records
    const failed = {
      ...execution,
      status: 'FAILED',
      failedNodes: ['a'],
      reason: { code: 'TIMEOUT', message: 'slow', nodeId: 'a' },
    }
    expect(toCase('one', recorded({ execution: failed }))).toMatchObject({
      status: 'FAILED',
      error: { code: 'TIMEOUT', nodeId: 'a' },
      failedNodes: ['a'],
    })
    expect(() => toCase('one', recorded({ execution: { ...execution, status: 'RUNNING' } }))).toThrow('the execution is RUNNING')
  })
})

it('redacts secret inputs everywhere', () => {
  const all = recorded({}, child())
  const redaction = createRedaction(all)
  const written = redaction.apply(toCase('one', all))
  expect(redaction.count).toBe(1)
  expect(written).toMatchObject({ inputs: { key: 'redacted-1' }, outputs: { out: ['sent redacted-1'] } })
  expect(JSON.stringify(written)).not.toContain('ss-word')
})

describe('a secret', () => {
  const secret = 'k+y/\u00e4=='
  const base = recorded().records[0].execution
  const all = recorded({ execution: { ...base, inputs: { key: secret } } })
  const { apply } = createRedaction(all)

  it.each([
    ['in a URL', { url: `https://a.example/?key=${encodeURIComponent(secret)}` }, { url: 'https://a.example/?key=redacted-1' }],
    ['in a form', { body: `${new URLSearchParams({ key: secret })}` }, { body: 'key=redacted-1' }],
    ['in JSON text', { text: '{"key":"k+y\\/\\u00e4=="}' }, { text: '{"key":"redacted-1"}' }],
    [
      'as base64',
      { value: btoa('before') + Buffer.from(secret).toString('base64') },
      { value: `${btoa('before')}cmVkYWN0ZWQtMQ==` },
    ],
    ['in a key', { inputs: { [secret]: 1 } }, { inputs: { 'redacted-1': 1 } }],
    [
      'in bytes',
      { base64: Buffer.concat([Buffer.of(0xff), Buffer.from(secret)]).toString('base64') },
      { base64: Buffer.from('\xffredacted-1', 'latin1').toString('base64') },
    ],
  ])('is replaced %s', (_where, value, expected) => {
    expect(apply(value)).toEqual(expected)
  })

  it('that is the name of a field changes no field', () => {
    const named = createRedaction(recorded({ execution: { ...base, inputs: { key: 'status' } } }))
    expect(named.apply({ http: { x: { status: 200, text: 'a status' } } })).toEqual({
      http: { x: { status: 200, text: 'a redacted-1' } },
    })
  })
})
