import { AshlarError } from '../../base/index.ts'
import type { Graphs, GraphVersion } from '../graphs/index.ts'

/** The node of the graph that runs a single block. */
const NODE_ID = 'block'

/**
 * Saves a version that runs one block. Faults have their places in the request, such as `inputs.text`.
 *
 * @throws {AshlarError} GRAPH_INVALID BAD_INPUT
 */
export async function createBlockVersion(
  graphs: Graphs,
  ownerId: string,
  { block, inputs }: { block: string; inputs: unknown },
): Promise<GraphVersion> {
  try {
    return await graphs.createStandalone(ownerId, { nodes: [{ id: NODE_ID, block, inputs }] })
  } catch (error) {
    throw toBlockError(error)
  }
}

function toBlockError(error: unknown): unknown {
  if (!(error instanceof AshlarError) || !error.details.faults) return error
  const prefix = `nodes.${NODE_ID}.`
  const faults = error.details.faults.map(({ path, message }) => ({
    path: path.startsWith(prefix) ? path.slice(prefix.length) : path,
    message,
  }))
  return new AshlarError(error.code, error.message, { details: { path: [], faults }, cause: error })
}
