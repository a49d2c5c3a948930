import { Batcher } from '../../base/index.ts'
import { classifyFailure } from '../../postgres/index.ts'
import { insertExecutions, type Execution, type NewExecution } from '../../runtime/lifecycle/index.ts'

type StarterParts = Parameters<typeof insertExecutions>[0]

/** The executions that are inserted in one transaction at most. */
const MAX_BATCH = 500

/** Returns a batcher that inserts executions. Concurrent starts share a transaction. */
export function createStarter(parts: StarterParts): Batcher<NewExecution, Execution> {
  return new Batcher(MAX_BATCH, (set) => insertAll(parts, set))
}

/**
 * Inserts a batch with one statement. If the database rejects the data of the statement, the batch is halved, so that
 * an execution that cannot be stored does not prevent the others.
 */
async function insertAll(parts: StarterParts, set: NewExecution[]): Promise<(Execution | Error)[]> {
  try {
    return await insertExecutions(parts, set)
  } catch (error) {
    if (classifyFailure(error) !== 'statement') throw error
    if (set.length === 1) return [error instanceof Error ? error : new Error(String(error))]
    const middle = set.length >> 1
    return [...(await insertAll(parts, set.slice(0, middle))), ...(await insertAll(parts, set.slice(middle)))]
  }
}
