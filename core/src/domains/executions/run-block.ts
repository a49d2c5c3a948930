import { AshlarError } from '../../base/index.ts'

/** The node of the graph that runs a single block. */
const NODE_ID = 'block'

/** Returns the document of a graph that runs one block. */
export function toBlockDocument(block: string, inputs: unknown): object {
  return { nodes: [{ id: NODE_ID, block, inputs }] }
}

/** Moves the faults of such a document to their places in the request: `inputs.text` for `nodes.block.inputs.text`. */
export function toBlockError(error: unknown): unknown {
  if (!(error instanceof AshlarError) || !error.details.faults) return error
  const prefix = `nodes.${NODE_ID}.`
  const faults = error.details.faults.map(({ path, message }) => ({
    path: path.startsWith(prefix) ? path.slice(prefix.length) : path,
    message,
  }))
  return new AshlarError(error.code, error.message, { details: { path: [], faults }, cause: error })
}
