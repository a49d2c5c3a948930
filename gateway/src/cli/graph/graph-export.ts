import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { AshlarError } from '@ashlar/core'
import type { Api, ApiGraph } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connectToInstallation } from '../command/connection.ts'
import { createTerminal } from '../command/terminal.ts'
import { parseFormat } from './graph-format.ts'
import { showChanges } from './import-report.ts'

/** `ashlar graph export <id|name> [--output file] [--format ashlar|autogpt] [--json]` */
export async function graphExport(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  const [reference] = positionals
  const format = parseFormat(values.format) ?? 'ASHLAR'
  if (reference === undefined || positionals.length > 1) throw new UsageError('specify one graph by its id or name')
  const { api, close } = await connectToInstallation(environment, loggerTo(stderr))
  try {
    const { graph, others } = await findGraph(api, reference)
    if (others > 0)
      stderr.write(`${others + 1} graphs have the name "${reference}": exported the newest. To select another, use its id.\n`)
    const { text, changes } = await api.exportGraph(graph.id, format)
    showChanges(changes, createTerminal(stderr, environment))
    if (values.output !== undefined) await writeFile(values.output, text)
    if (values.json)
      stdout.write(`${JSON.stringify({ graph: { id: graph.id, name: graph.name }, format, text, changes }, null, 2)}\n`)
    else if (values.output === undefined) stdout.write(text)
    return 0
  } finally {
    await close()
  }
}

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  format: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

async function findGraph(api: Api, reference: string): Promise<{ graph: ApiGraph; others: number }> {
  const named: ApiGraph[] = []
  for await (const graph of api.graphs()) {
    if (graph.id === reference) return { graph, others: 0 }
    if (graph.name === reference) named.push(graph)
  }
  const [graph] = named
  if (!graph) throw new AshlarError('NOT_FOUND', `no graph has the id or name ${JSON.stringify(reference)}`)
  return { graph, others: named.length - 1 }
}
