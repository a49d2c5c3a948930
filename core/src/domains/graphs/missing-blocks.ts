import { AshlarError, type Fault } from '../../base/index.ts'
import { PLACEHOLDER_ID } from '../../blocks/index.ts'
import type { GraphVersion } from './entities.ts'

type FindVersions = (ids: readonly string[]) => Promise<Map<string, GraphVersion>>

/** Versions that were checked. A version never changes. */
const runnable = new WeakSet<GraphVersion>()

/**
 * Checks that neither a version nor a graph that it runs contains a placeholder.
 *
 * @throws {AshlarError} BLOCK_UNAVAILABLE which names the missing blocks
 */
export async function assertRunnable(version: GraphVersion, findVersions: FindVersions): Promise<void> {
  if (runnable.has(version)) return
  const faults = [...findMissingBlocks(version), ...(await missingInSubGraphs(version, findVersions))]
  if (faults.length === 0) return void runnable.add(version)
  const count = faults.length === 1 ? 'a node whose block is' : `${faults.length} nodes whose blocks are`
  const message = `the graph has ${count} not installed. Install the plugins or replace the nodes: ${faults[0]?.message}`
  throw new AshlarError('BLOCK_UNAVAILABLE', message, { details: { path: ['graphId'], faults } })
}

async function missingInSubGraphs({ children }: GraphVersion, findVersions: FindVersions): Promise<Fault[]> {
  const faults: Fault[] = []
  const seen = new Set<string>()
  let ids = Object.values(children)
  while (ids.length > 0) {
    for (const id of ids) seen.add(id)
    const found = [...(await findVersions(ids)).values()]
    faults.push(...found.flatMap(findMissingBlocks))
    ids = [...new Set(found.flatMap((version) => Object.values(version.children)))].filter((id) => !seen.has(id))
  }
  return faults
}

/** Returns a fault for each placeholder of a version. */
function findMissingBlocks({ blocks, document }: Pick<GraphVersion, 'blocks' | 'document'>): Fault[] {
  const references = Object.keys(blocks).filter((reference) => blocks[reference]?.id === PLACEHOLDER_ID)
  if (references.length === 0) return []
  return document.nodes
    .filter(({ block }) => references.includes(block))
    .map(({ id, inputs: { missing, name, reason } }) => ({
      path: `nodes.${id}.block`,
      message: `node "${id}" is a placeholder for block ${nameBlock(missing, name)}${typeof reason === 'string' ? `: ${reason}` : ''}`,
    }))
}

function nameBlock(missing: unknown, name: unknown): string {
  return typeof name === 'string' && name !== '' ? `${name} (${String(missing)})` : String(missing)
}
