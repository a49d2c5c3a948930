import { fileURLToPath } from 'node:url'
import { AshlarError, errorMessage } from '@ashlar/core'
import type { Api, ApiGraph, ExecutionResult } from '../../client/index.ts'
import { ensureGraph, readGraphFile, resolveInputs, type GraphFile } from '../../graph-files/index.ts'
import { faultLines, showWarnings } from '../command/faults.ts'
import { formatOutputs } from '../graph/format-outputs.ts'
import { runGraph } from '../graph/run-graph.ts'
import { duration, type Terminal } from '../command/terminal.ts'

const FOLDER = fileURLToPath(new URL('../../../examples/', import.meta.url))
/**
 * The examples of the first start, in the order in which they run: few enough for a fast start. The last ones are saved
 * first, so the newest graphs of a new user are those that ran first.
 */
const FIRST_START = [
  'runners',
  'hello',
  'busiest-airports',
  'cars',
  'movie-ratings',
  'seattle-weather',
  'web-page',
  'word-count',
] as const
export const SMALLEST_EXAMPLE = `${FOLDER}hello.json`

/** Whether the user has no graph yet. */
export async function isFirstBoot(api: Api): Promise<boolean> {
  const { done } = await api.graphs().next()
  return done === true
}

/**
 * Saves some of the example graphs, runs each once, and prints its progress and outputs. A failure does not prevent the other
 * examples.
 */
export async function runExamples(api: Api, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const files = await Promise.all(FIRST_START.map((name) => readGraphFile(`${FOLDER}${name}.json`)))
  terminal.line(`This is the first start: running ${files.length} example graphs once.`)
  const saved = new Map<GraphFile, ApiGraph>()
  for (const file of files.toReversed()) {
    await tryExample(terminal, signal, file, async () => {
      const { graph, warnings } = await ensureGraph(api, file)
      saved.set(file, graph)
      showWarnings(warnings, terminal)
    })
  }
  for (const file of files) {
    const graph = saved.get(file)
    if (graph) await tryExample(terminal, signal, file, () => runExample({ api, file, graph, terminal, signal }))
  }
}

async function tryExample(
  terminal: Terminal,
  signal: AbortSignal,
  { name }: GraphFile,
  work: () => Promise<void>,
): Promise<void> {
  signal.throwIfAborted()
  try {
    await work()
  } catch (error) {
    if (signal.aborted) throw error
    const code = error instanceof AshlarError ? `${error.code} ` : ''
    terminal.line(`  ${terminal.style('red', `${name} failed`)}: ${terminal.message(code + errorMessage(error))}`)
    if (error instanceof AshlarError) for (const line of faultLines(error.details.faults ?? [])) terminal.line(`  ${line}`)
  }
}

interface Example {
  api: Api
  file: GraphFile
  graph: ApiGraph
  terminal: Terminal
  signal: AbortSignal
}

async function runExample({ api, file, graph, terminal, signal }: Example): Promise<void> {
  terminal.line(`\n${terminal.style('bold', file.name)}  ${terminal.style('dim', file.description)}`)
  const startedAt = performance.now()
  const inputs = await resolveInputs(file, [], graph.activeVersion.inputSchema)
  const result = await runGraph({ api, graph, inputs, terminal, signal })
  terminal.line(formatResult(terminal, result, performance.now() - startedAt))
  terminal.write(formatOutputs(result.outputs, terminal.size().columns))
}

function formatResult(terminal: Terminal, { status, reason }: ExecutionResult, ms: number): string {
  const style = status === 'COMPLETED' ? 'green' : 'red'
  const why = reason ? `: ${terminal.message(`${reason.code} ${reason.message}`)}` : ''
  return `  ${terminal.style(style, status.toLowerCase())} in ${duration(ms)}${why}`
}
