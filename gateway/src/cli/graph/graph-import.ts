import { parseArgs } from 'node:util'
import { readGraphFile } from '../../graph-files/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connect } from '../command/connection.ts'
import { loadGraph } from './load-graph.ts'
import { createTerminal } from '../command/terminal.ts'

/** `ashlar graph import <graph.json>` */
export async function graphImport(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError('specify one graph file')
  const file = await readGraphFile(path)
  const { api, close } = await connect(environment, loggerTo(stderr))
  try {
    const terminal = createTerminal(stderr, environment)
    const { graph, outcome } = await loadGraph(api, file, terminal)
    if (outcome === 'UNCHANGED') terminal.line(`The graph "${graph.name}" already exists with this document; nothing was saved.`)
    stdout.write(`${graph.id}\n`)
    return 0
  } finally {
    await close()
  }
}
