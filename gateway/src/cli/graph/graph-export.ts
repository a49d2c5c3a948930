import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { AshlarError } from '@ashlar/core'
import type { Api, ApiGraph } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connect } from '../command/connection.ts'

/** `ashlar graph export <id|name> [--output file]` */
export async function graphExport(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { output: { type: 'string', short: 'o' } } })
  const [reference] = positionals
  if (reference === undefined || positionals.length > 1) throw new UsageError('specify one graph by its id or name')
  const { api, close } = await connect(environment, loggerTo(stderr))
  try {
    const { graph, others } = await findGraph(api, reference)
    if (others > 0)
      stderr.write(`${others + 1} graphs have the name "${reference}": exported the newest. To select another, use its id.\n`)
    const { name, description, labels, activeVersion } = graph
    const text = `${JSON.stringify({ name, description, labels, document: activeVersion.document }, null, 2)}\n`
    if (values.output === undefined) stdout.write(text)
    else await writeFile(values.output, text)
    return 0
  } finally {
    await close()
  }
}

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
