import { parseArgs } from 'node:util'
import { ensureGraph, readGraphFile } from '../graph-files/index.ts'
import { loggerTo } from '../logger.ts'
import { UsageError, type CommandContext } from './command.ts'
import { connect } from './connection.ts'

/** `ashlar graph import <graph.json>` */
export async function graphImport(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError('name one graph file')
  const file = await readGraphFile(path)
  const { api, close } = await connect(environment, loggerTo(stderr))
  try {
    const { graph, created } = await ensureGraph(api, file)
    if (!created) stderr.write(`There is a graph "${graph.name}" with this very document already.\n`)
    stdout.write(`${graph.id}\n`)
    return 0
  } finally {
    await close()
  }
}
