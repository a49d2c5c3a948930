import type { Api } from '../../client/index.ts'
import { ensureGraph, type EnsuredGraph, type GraphFile } from '../../graph-files/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { logFailedPlugins } from '../command/failed-plugins.ts'
import { showWarnings } from '../command/faults.ts'
import { plain, type Terminal } from '../command/terminal.ts'

/**
 * Imports the graph from a file with the current source of its blocks, and prints its warnings.
 *
 * @throws {AshlarError} as `ensureGraph`
 */
export async function loadGraph(api: Api, file: GraphFile, terminal: Terminal): Promise<EnsuredGraph> {
  const { complete, failedPlugins } = await api.scanPlugins()
  logFailedPlugins(failedPlugins, loggerTo(terminal))
  if (!complete)
    terminal.line('A worker did not reload its plugin folders in time: the execution may use outdated code for changed blocks.')
  const ensured = await ensureGraph(api, file)
  const { graph, outcome } = ensured
  if (outcome === 'UPGRADED')
    terminal.line(
      `Blocks have changed: version ${graph.activeVersion.number} of graph "${plain(graph.name)}" uses the installed blocks.`,
    )
  showWarnings(ensured.warnings, terminal)
  return ensured
}
