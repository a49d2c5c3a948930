import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isEqual } from '@ashlar/core'
import type { CredentialKind, RecordingApi } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connect, type Connection } from '../command/connection.ts'
import { createTerminal, plain } from '../command/terminal.ts'
import { isPure, toCase, type RecordedExecution } from './recorded-case.ts'
import { createRedaction } from './redact.ts'
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
  const connection = await connect(environment, loggerTo(stderr))
  const recorded = await readAndClose(connection, id)
  const name = values.name ?? `execution of ${recorded.execution.startedAt ?? id}`
  const unstable = await findUnstableNodes(name, recorded, environment, loggerTo(stderr))
  const redaction = createRedaction(recorded)
  const written = redaction.apply(toCase(name, recorded, unstable))
  const path = values.output ?? `${toFileName(recorded.execution.graph?.name ?? 'graph')}${TESTS_SUFFIX}`
  await writeCase(path, written)
  const { graph, document } = recorded.execution
  await exportGraph(path, redaction.apply({ ...graph, document }))
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

async function read({ recording: api, credentials }: Connection, id: string): Promise<RecordedExecution> {
  const execution = await api.execution(id)
  const names = [...new Set(execution.document.nodes.map(({ block }) => block))]
  const blocks = new Map<string, NonNullable<Awaited<ReturnType<RecordingApi['block']>>>>()
  for (const name of names) {
    const block = await api.block(name)
    if (block) blocks.set(name, block)
  }
  const providers = new Map<string, CredentialKind>()
  for await (const { name, credentialKinds } of credentials.providers()) providers.set(name, credentialKinds[0] ?? 'API_KEY')
  const [nodeExecutions, exchanges] = [await api.nodeExecutions(id), await api.exchanges(id)]
  return { execution, nodeExecutions, exchanges, blocks, providers }
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
    const repeated = await replay(toCase(name, recorded), recorded.execution, installation)
    const runs = new Map(repeated.map((run) => [`${run.nodeId}:${run.number}`, run]))
    const pure = recorded.nodeExecutions.filter(({ nodeId }) => isPure(nodeId, recorded))
    const changed = pure.filter(({ nodeId, number, inputs, outputs }) => {
      const run = runs.get(`${nodeId}:${number}`)
      return run && isEqual(run.inputs, inputs) && !isEqual(run.outputs, outputs)
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
async function exportGraph(path: string, graph: object): Promise<void> {
  const beside = join(dirname(path), `${basename(path).slice(0, -TESTS_SUFFIX.length)}.json`)
  await writeFile(beside, `${JSON.stringify(graph, null, 2)}\n`, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
