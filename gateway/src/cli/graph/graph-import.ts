import { parseArgs } from 'node:util'
import type { GraphFormat } from '@ashlar/core'
import type { Api } from '../../client/index.ts'
import { detectFormat, readGraphFile, readText } from '../../graph-files/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connect, type Connection } from '../command/connection.ts'
import { showWarnings } from '../command/faults.ts'
import { loadGraph } from './load-graph.ts'
import { createTerminal, plain, type Terminal } from '../command/terminal.ts'
import { parseFormat } from './graph-format.ts'
import { showImportReport } from './import-report.ts'

/** `ashlar graph import <graph.json> [--format ashlar|autogpt] [--name name] [--json]` */
export async function graphImport(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { path, format, name, json } = parseImport(args)
  const text = await readText(path)
  const isOwn = (format ?? detectFormat(text, path)) === 'ASHLAR'
  const file = isOwn ? await readGraphFile(path) : undefined
  const { api, credentials, close } = await connect(environment, loggerTo(stderr))
  try {
    const terminal = createTerminal(stderr, environment)
    const { result, graphId } = file
      ? await importOwn(api, { ...file, name: name ?? file.name }, terminal)
      : await importForeign({ api, credentials }, { document: text, format, name }, terminal)
    stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${graphId}\n`)
    return 0
  } finally {
    await close()
  }
}

interface Imported {
  graphId: string
  /** What `--json` prints. */
  result: object
}

async function importOwn(api: Api, file: Parameters<typeof loadGraph>[1], terminal: Terminal): Promise<Imported> {
  const { graph, outcome } = await loadGraph(api, file, terminal)
  if (outcome === 'UNCHANGED')
    terminal.line(`The graph "${plain(graph.name)}" already exists with this document; nothing was saved.`)
  return { graphId: graph.id, result: { graph: { id: graph.id, name: graph.name }, outcome } }
}

async function importForeign(
  { api, credentials }: Pick<Connection, 'api' | 'credentials'>,
  file: { document: string; format: GraphFormat | undefined; name: string | undefined },
  terminal: Terminal,
): Promise<Imported> {
  const { graph, report } = await api.importGraph(file)
  const existing = new Set<string>()
  if (report.providerNames.length > 0) for await (const { providerName } of credentials.credentials()) existing.add(providerName)
  showImportReport(report, existing, terminal)
  showWarnings(graph.activeVersion.warnings, terminal)
  return { graphId: graph.id, result: { graph: { id: graph.id, name: graph.name }, report } }
}

interface ImportOptions {
  path: string
  format: GraphFormat | undefined
  name: string | undefined
  json: boolean
}

function parseImport(args: string[]): ImportOptions {
  const options = { format: { type: 'string' }, name: { type: 'string' }, json: { type: 'boolean', default: false } } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError('specify one graph file')
  return { path, name: values.name, json: values.json, format: parseFormat(values.format) }
}
