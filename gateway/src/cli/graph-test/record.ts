import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isEqual, parseJson } from '@ashlar/core'
import { createRecordingApi, type Api, type CredentialKind, type RecordingApi } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connectToInstallation, type Connection } from '../command/connection.ts'
import { createTerminal, plain } from '../command/terminal.ts'
import { isPure, listRuns, toCase, type ExecutionRecord, type RecordedExecution } from './recorded-case.ts'
import { createRedaction, type Redaction } from './redact.ts'
import { replay } from './run-file.ts'
import { TESTS_SUFFIX, writeCase } from '../../graph-files/index.ts'
import { openTestInstallation } from './test-installation.ts'

/** `ashlar graph record <execution id> [--output file.tests.json] [--name text]` */
export async function graphRecord(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const options = { output: { type: 'string', short: 'o' }, name: { type: 'string' } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const [id] = positionals
  if (id === undefined || positionals.length > 1) throw new UsageError('specify the id of one execution')
  if (values.output !== undefined && !values.output.endsWith(TESTS_SUFFIX))
    throw new UsageError(`the name of the output must end with ${TESTS_SUFFIX}, got ${values.output}`)
  const terminal = createTerminal(stderr, environment)
  const connection = await connectToInstallation(environment, loggerTo(stderr))
  const recorded = await readAndClose(connection, id)
  const [{ execution }] = recorded.records
  const name = values.name ?? `execution of ${execution.startedAt ?? id}`
  const unstable = await findUnstableNodes(name, recorded, environment, loggerTo(stderr))
  const redaction = createRedaction(recorded)
  const written = redaction.apply(toCase(name, recorded, unstable))
  const path = values.output ?? `${toFileName(execution.graph?.name ?? 'graph')}${TESTS_SUFFIX}`
  await writeCase(path, written)
  await writeGraph(path, redaction.count === 0 ? recorded.file : redactFile(recorded.file, redaction))
  stdout.write(`${path}\n`)
  const replaced = Object.keys(written.nodes ?? {})
  if (replaced.length > 0) terminal.line(`Recorded runs replace the nodes ${plain(replaced.join(', '))}.`)
  if (redaction.count > 0)
    terminal.line(`Secret values were replaced: ${redaction.count}. If the test fails, set its expected outputs by hand.`)
  return 0
}

async function readAndClose(connection: Connection, id: string): Promise<RecordedExecution> {
  try {
    return await read(connection, id)
  } finally {
    await connection.close()
  }
}

async function read({ api: graphs, recording: api, credentials }: Connection, id: string): Promise<RecordedExecution> {
  const records = await readRecords(api, id)
  const names = new Set(records.flatMap(({ execution }) => execution.document.nodes.map(({ block }) => block)))
  const blocks = new Map<string, NonNullable<Awaited<ReturnType<RecordingApi['block']>>>>()
  for (const name of names) {
    const block = await api.block(name)
    if (block) blocks.set(name, block)
  }
  const providers = new Map<string, CredentialKind>()
  for await (const { name, credentialKinds } of credentials.providers()) providers.set(name, credentialKinds[0] ?? 'API_KEY')
  return { records, file: await readGraph(graphs, records[0]), blocks, providers }
}

/** Reads an execution, and then those that its nodes have started. */
async function readRecords(api: RecordingApi, id: string): Promise<RecordedExecution['records']> {
  const execution = await api.execution(id)
  const own = { execution, nodeExecutions: await api.nodeExecutions(id), exchanges: await api.exchanges(id) }
  const others: ExecutionRecord[] = []
  for (const child of await api.children(id)) others.push(...(await readRecords(api, child)))
  return [own, ...others]
}

/** The text of the graph file. That of a deleted graph lacks the graphs that its nodes run. */
async function readGraph(api: Api, { execution: { graph, version, document } }: ExecutionRecord): Promise<string> {
  if (!graph) return `${JSON.stringify({ name: 'graph', document }, null, 2)}\n`
  return (await api.exportGraph(graph.id, 'ASHLAR', version)).text
}

/**
 * Finds the nodes without capabilities that yield something else when the case runs again with the same inputs, such as
 * the current time or a random number.
 */
async function findUnstableNodes(
  name: string,
  recorded: RecordedExecution,
  environment: CommandContext['environment'],
  logger: ReturnType<typeof loggerTo>,
): Promise<Set<string>> {
  const installation = await openTestInstallation(environment, logger)
  try {
    const id = await replay(toCase(name, recorded), recorded.file, installation)
    const repeated = await readRecords(createRecordingApi(installation.client), id)
    const runs = Map.groupBy(
      repeated.flatMap(({ nodeExecutions }) => nodeExecutions),
      ({ nodeId }) => nodeId,
    )
    const pure = listRuns(recorded).filter(({ nodeId }) => isPure(nodeId, recorded))
    const changed = pure.filter(({ nodeId, inputs, outputs }) => {
      const same = (runs.get(nodeId) ?? []).filter((run) => isEqual(run.inputs, inputs))
      return same.length > 0 && !same.some((run) => isEqual(run.outputs, outputs))
    })
    return new Set(changed.map(({ nodeId }) => nodeId))
  } finally {
    await installation.close()
  }
}

function toFileName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || 'graph'
  )
}

/** Writes the graph beside its cases, unless there is a file or a link. */
async function writeGraph(path: string, text: string): Promise<void> {
  const beside = join(dirname(path), `${basename(path).slice(0, -TESTS_SUFFIX.length)}.json`)
  await writeFile(beside, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

function redactFile(text: string, redaction: Redaction): string {
  return `${JSON.stringify(redaction.apply(parseJson(text) as object), null, 2)}\n`
}
