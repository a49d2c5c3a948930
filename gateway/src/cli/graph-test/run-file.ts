import { AshlarError, errorMessage } from '@ashlar/core'
import type { Api, ApiGraph, ExecutionResult } from '../../client/index.ts'
import { findJsonDifference } from './compare.ts'
import { ensureGraph, readGraphFile, type TestCase, type TestFile, type WrittenCase } from '../../graph-files/index.ts'
import type { TestInstallation } from './test-installation.ts'

/** The result of one case. */
interface CaseResult {
  name: string
  ms: number
  /** One line for each difference. Undefined if the case passes. */
  failure: string | undefined
}

/** The results of the cases of one file. */
export interface FileResult {
  path: string
  cases: CaseResult[]
}

/** Runs cases of a file. A file whose graph cannot be saved has one failed case. */
export async function runFile(
  { path, graph: graphPath }: Pick<TestFile, 'path' | 'graph'>,
  cases: readonly TestCase[],
  installation: TestInstallation,
): Promise<FileResult> {
  try {
    const { graph } = await ensureGraph(installation.api, await readGraphFile(graphPath))
    const results: CaseResult[] = []
    for (const each of cases) results.push(await runCase(each, graph, installation))
    return { path, cases: results }
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const faults = (error.details.faults ?? []).map(({ path: place, message }) => `${place}: ${message}`)
    return { path, cases: [{ name: 'the file', ms: 0, failure: [error.message, ...faults].join('\n') }] }
  }
}

async function runCase(test: TestCase, graph: ApiGraph, { api, use }: TestInstallation): Promise<CaseResult> {
  const startedAt = performance.now()
  const end = (failure: string | undefined): CaseResult => ({ name: test.name, ms: performance.now() - startedAt, failure })
  try {
    const { http, credentials, storage, files, nodes } = test
    use({ fakes: { http, credentials, storage, files }, nodes })
    const { result, errors } = await runOnce(api, graph, test.inputs)
    const differences = findDifferences(test, result)
    return end(differences.length === 0 ? undefined : [...differences, ...errors].join('\n'))
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    return end(errorMessage(error))
  }
}

/** Runs a case that was recorded. @returns the id of the execution */
export async function replay(recorded: WrittenCase, file: string, { api, use }: TestInstallation): Promise<string> {
  const { http = {}, credentials = {}, nodes = {}, inputs = {} } = recorded
  use({ fakes: { http, credentials }, nodes })
  const { graph } = await api.importGraph({ format: 'ASHLAR', document: file })
  const executionId = await api.startExecution(graph.id, inputs)
  for await (const _event of api.follow(executionId, new AbortController().signal));
  return executionId
}

/** A run of a graph, and the errors of its nodes. */
async function runOnce(api: Api, graph: ApiGraph, inputs: object): Promise<{ result: ExecutionResult; errors: string[] }> {
  const errors: string[] = []
  const executionId = await api.startExecution(graph.id, inputs)
  for await (const event of api.follow(executionId, new AbortController().signal)) {
    if (event.__typename === 'ExecutionFinished') return { result: event, errors }
    if (event.__typename === 'NodeFinished' && event.error && event.retryInMs === null)
      errors.push(`node ${event.nodeId}: ${event.error.code}: ${event.error.message}`)
  }
  throw new Error('the events of the execution ended before the execution finished')
}

function findDifferences({ status, error = {}, failedNodes, outputs }: TestCase, actual: ExecutionResult): string[] {
  const reason = actual.reason ?? { code: undefined, nodeId: undefined, message: undefined }
  const compared = [
    findJsonDifference(status, actual.status, 'status'),
    ...(['code', 'nodeId', 'message'] as const).map((name) =>
      error[name] === undefined ? undefined : findJsonDifference(error[name], reason[name] ?? null, `error.${name}`),
    ),
    failedNodes && findJsonDifference(failedNodes.toSorted(), actual.failedNodes.toSorted(), 'failedNodes'),
    outputs && findJsonDifference(outputs, actual.outputs, 'outputs'),
  ]
  return compared.filter((difference) => difference !== undefined)
}
