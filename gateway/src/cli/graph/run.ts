import { parseArgs } from 'node:util'
import type { ExecutionResult } from '../../client/index.ts'
import { readGraphFile, resolveInputs, type GraphFile } from '../../graph-files/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connect, type Connection } from '../command/connection.ts'
import { loadGraph } from './load-graph.ts'
import { runGraph } from './run-graph.ts'
import { listenForStop, type Stop } from '../command/stop.ts'
import { createTerminal, type Terminal } from '../command/terminal.ts'

const STOP_WITHIN_MS = 9500
const INTERRUPTED = 130

/** `ashlar run <graph.json> [--input name=value …] [--record]` */
export async function run(args: string[], context: CommandContext): Promise<number> {
  const request = parseRun(args)
  const file = await readGraphFile(request.path)
  const { stderr, environment } = context
  using stop = listenForStop(STOP_WITHIN_MS)
  const connection = await connect(environment, loggerTo(stderr))
  try {
    return await runFile({ file, ...request }, connection, stop, context)
  } finally {
    await connection.close()
  }
}

export interface RunRequest {
  path: string
  /** `name=value` */
  inputs: string[]
  /** Whether to record the HTTP exchanges and to print the id of the execution. */
  record: boolean
}

/** @throws {UsageError} */
export function parseRun(args: string[]): RunRequest {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { input: { type: 'string', multiple: true, short: 'i' }, record: { type: 'boolean' } },
  })
  const [path, ...more] = positionals
  if (path === undefined) throw new UsageError('the graph file is missing')
  if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]}": pass inputs with --input name=value`)
  const inputs = values.input ?? []
  const wrong = inputs.find((input) => !/^[^=]+=/.test(input))
  if (wrong !== undefined) throw new UsageError(`--input must be name=value or name=@file, got ${JSON.stringify(wrong)}`)
  return { path, inputs, record: values.record ?? false }
}

async function runFile(
  { file, inputs: given, record }: { file: GraphFile } & Omit<RunRequest, 'path'>,
  { api }: Connection,
  stop: Stop,
  { stdout, stderr, environment }: CommandContext,
): Promise<number> {
  if (stop.signal.aborted) return INTERRUPTED
  const terminal = createTerminal(stderr, environment)
  const { graph } = await loadGraph(api, file, terminal)
  const inputs = await resolveInputs(file, given, graph.activeVersion.inputSchema)
  let executionId: string | undefined
  try {
    const onStarted = (id: string): void => void (executionId = id)
    const result = await runGraph({ api, graph, inputs, recordHttp: record, terminal, signal: stop.signal, onStarted })
    if (record) terminal.line(`recorded execution ${executionId}: ashlar graph record ${executionId}`)
    if (result.status === 'COMPLETED') stdout.write(`${JSON.stringify(result.outputs, null, 2)}\n`)
    else terminal.line(failureText(terminal, result))
    return result.status === 'COMPLETED' ? 0 : 1
  } catch (error) {
    if (!stop.signal.aborted) throw error
    if (executionId !== undefined) await api.cancelExecution(executionId)
    terminal.line('cancelled')
    return INTERRUPTED
  }
}

function failureText(terminal: Terminal, { status, reason }: ExecutionResult): string {
  const { code = status, nodeId, message = 'the server returned no reason' } = reason ?? {}
  const isNamed = !nodeId || message.startsWith(`node "${nodeId}"`)
  return `error ${code}: ${terminal.message(isNamed ? message : `node "${nodeId}": ${message}`)}`
}
