import { AshlarError } from '@ashlar/core'
import type { ApiBlock, ApiExchange, ApiExecution, ApiNodeExecution, CredentialKind } from '../../client/index.ts'
import type { WrittenCase } from '../../graph-files/index.ts'

/** What an execution has left in the journal. */
export interface ExecutionRecord {
  execution: ApiExecution
  nodeExecutions: readonly ApiNodeExecution[]
  exchanges: readonly ApiExchange[]
}

/** An execution, and what a test of its graph needs. */
export interface RecordedExecution {
  /** The execution first, then those that its nodes have started, directly or indirectly. */
  records: readonly [ExecutionRecord, ...ExecutionRecord[]]
  /** The text of the graph file, with the graphs that its nodes run. */
  file: string
  /** The installed blocks of the graph, by qualified name. */
  blocks: ReadonlyMap<string, ApiBlock>
  /** The usual kind of credentials, by qualified provider. */
  providers: ReadonlyMap<string, CredentialKind>
}

/** Maximum number of outputs that the API returns with a node execution. */
const MAX_OUTPUTS = 1000
/** What a block may use and still run in a test: its HTTP responses are fakes, and sleeps end immediately. */
const HTTP_ONLY = new Set(['HTTP', 'CREDENTIALS', 'SLEEP'])
/** Headers that describe the encoding of the body, which is recorded decoded, or identify the client. */
const OMITTED_HEADERS = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'set-cookie'])

/**
 * Makes a case of an execution. Blocks that only compute run in the test. Blocks that send requests run with the
 * recorded responses, if all of their exchanges were recorded. The runs of all other nodes are replaced by the
 * recorded ones. A node id that several graphs use is replaced in all of them, or in none.
 *
 * @param replaced further nodes whose runs are replaced
 * @throws {AshlarError} CONFLICT when the execution has not ended or a node has too many outputs
 */
export function toCase(name: string, recorded: RecordedExecution, replaced: ReadonlySet<string> = new Set()): WrittenCase {
  const [{ execution }] = recorded.records
  const { status, inputs, outputs, failedNodes, reason } = execution
  if (status !== 'COMPLETED' && status !== 'FAILED')
    throw new AshlarError('CONFLICT', `the execution is ${status}: only a COMPLETED or FAILED execution can become a case`)
  const ids = new Set(recorded.records.flatMap((each) => each.execution.document.nodes.map(({ id }) => id)))
  const nodes = [...ids].filter((id) => replaced.has(id) || isReplaced(id, recorded))
  const http = toResponses(listExchanges(recorded).filter(({ nodeId }) => !nodes.includes(nodeId)))
  const credentials = toSecrets(recorded)
  const runs = nodes.map(
    (id) =>
      [
        id,
        listRuns(recorded)
          .filter((run) => run.nodeId === id)
          .flatMap(toRun),
      ] as const,
  )
  return {
    name,
    inputs,
    ...(Object.keys(http).length > 0 && { http }),
    ...(Object.keys(credentials).length > 0 && { credentials }),
    ...(runs.length > 0 && { nodes: Object.fromEntries(runs) }),
    ...(status !== 'COMPLETED' && { status, error: { code: reason?.code, nodeId: reason?.nodeId ?? undefined } }),
    ...(failedNodes.length > 0 && { failedNodes }),
    outputs,
  }
}

/** Whether the block of a node only computes and sleeps. A node that runs a graph has the outputs of the graph. */
export function isPure(id: string, recorded: RecordedExecution): boolean {
  return listBlocks(id, recorded).every(({ kind, capabilities }) => kind !== 'GRAPH' && capabilities.every(isSleep))
}

function isSleep({ kind }: { kind: string }): boolean {
  return kind === 'SLEEP'
}

/** The blocks of the nodes with an id, which several graphs may use. */
function listBlocks(id: string, { records, blocks }: RecordedExecution): ApiBlock[] {
  const nodes = records.flatMap(({ execution }) => execution.document.nodes.filter((node) => node.id === id))
  return nodes.flatMap(({ block }) => blocks.get(block) ?? [])
}

export function listRuns({ records }: RecordedExecution): ApiNodeExecution[] {
  return records.flatMap(({ nodeExecutions }) => nodeExecutions)
}

function listExchanges({ records }: RecordedExecution): ApiExchange[] {
  return records.flatMap(({ exchanges }) => exchanges)
}

function isReplaced(id: string, recorded: RecordedExecution): boolean {
  const capabilities = listBlocks(id, recorded).flatMap((block) => block.capabilities)
  if (capabilities.every(isSleep)) return false
  const own = listExchanges(recorded).filter(({ nodeId }) => nodeId === id)
  const isHttpOnly = capabilities.every(({ kind }) => HTTP_ONLY.has(kind))
  return !isHttpOnly || own.length === 0 || own.some((exchange) => isUnusable(exchange, recorded))
}

/** A credential of the type ENDPOINT determines the address of a request, and a case does not contain it. */
function isUnusable({ response, credential }: ApiExchange, { providers }: RecordedExecution): boolean {
  return !response || response.cut || (credential !== null && providers.get(credential) === 'ENDPOINT')
}

type Run = NonNullable<WrittenCase['nodes']>[string][number]

function toRun({ nodeId, status, inputs, outputs, outputCount, error }: ApiNodeExecution): Run[] {
  if (inputs === null || (status !== 'COMPLETED' && status !== 'FAILED')) return []
  if (outputCount > MAX_OUTPUTS)
    throw new AshlarError('CONFLICT', `node "${nodeId}" has ${outputCount} outputs; a case can contain ${MAX_OUTPUTS} of a run`)
  const yielded = outputs.filter(({ pin }) => error === null || pin !== 'error')
  return [
    {
      inputs,
      outputs: yielded.map(({ pin, value }) => [pin, value]),
      ...(error && { error: { code: error.code, message: error.message } }),
    },
  ]
}

/** Responses by method and URL. Several responses to the same request are a list, in order. */
function toResponses(exchanges: readonly ApiExchange[]): Record<string, unknown> {
  const byKey = Map.groupBy(exchanges, ({ method, url }) => `${method} ${url}`)
  return Object.fromEntries(
    [...byKey].map(([key, all]) => {
      const responses = all.flatMap(({ response }) => (response ? [toFake(response)] : []))
      return [key, responses.length === 1 ? responses[0] : responses]
    }),
  )
}

function toFake({ status, headers, base64 }: NonNullable<ApiExchange['response']>): object {
  const kept = headers.filter(({ name }) => !OMITTED_HEADERS.has(name))
  const values = Object.entries(Object.groupBy(kept, ({ name }) => name)).map(([name, all = []]) => {
    const texts = all.map(({ value }) => value)
    return [name, texts.length === 1 ? texts[0] : texts]
  })
  return { status, headers: Object.fromEntries(values), ...toBody(Buffer.from(base64, 'base64'), headers) }
}

/** A body is JSON if the response says so and it stays the same, otherwise text if it is UTF-8, otherwise bytes. */
function toBody(body: Buffer, headers: readonly { name: string; value: string }[]): object {
  if (body.length === 0) return {}
  const type = headers.find(({ name }) => name === 'content-type')?.value ?? ''
  const text = body.toString()
  if (!Buffer.from(text).equals(body)) return { base64: body.toString('base64') }
  if (!/[/+]json\b/i.test(type)) return { text }
  try {
    const json: unknown = JSON.parse(text)
    return JSON.stringify(json) === text ? { json } : { text }
  } catch {
    return { text }
  }
}

/** A case contains no real secret. */
const FAKE_SECRETS: Record<CredentialKind, object> = {
  API_KEY: { type: 'API_KEY', key: 'test-key' },
  USER_PASSWORD: { type: 'USER_PASSWORD', username: 'test-user', password: 'test-password' },
  HOST_SCOPED: { type: 'HOST_SCOPED', headers: { 'x-test-key': 'test-key' } },
  OAUTH2: { type: 'OAUTH2', accessToken: 'test-token' },
  ENDPOINT: { type: 'ENDPOINT', key: 'test-key' },
}

function toSecrets(recorded: RecordedExecution): Record<string, unknown> {
  const { providers } = recorded
  const used = new Set(listExchanges(recorded).flatMap(({ credential }) => credential ?? []))
  return Object.fromEntries([...used].map((provider) => [provider, FAKE_SECRETS[providers.get(provider) ?? 'API_KEY']]))
}
