import { Batcher } from '../../base/index.ts'
import { classifyFailure, type Database } from '../../postgres/index.ts'
import { insertWith, type Execution, type NewExecution } from '../../runtime/lifecycle/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { Quotas } from '../quotas/index.ts'

export interface StartRequest {
  graphId: string
  /** A version number. @default the active version */
  version?: number | undefined
  /** By name; see {@link parseInputs}. */
  inputs: unknown
  /** Inputs of nodes that override all other inputs, by node and pin. */
  masks?: unknown
  /** Records its HTTP exchanges: see {@link Executions.httpExchanges}. @default false */
  recordHttp?: boolean | undefined
  /** -100 to 100. Waiting executions of higher priority go first. @default 0 */
  priority?: number | undefined
  /**
   * A second start with the same key and arguments within 24 hours returns the first execution. With other arguments it
   * fails with CONFLICT. 1 to 255 characters.
   */
  idempotencyKey?: string | undefined
}

export interface StarterParts {
  database: Database
  queue: Queue
  quotas: Pick<Quotas, 'admitStarts' | 'refuseRepeated'>
}

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
    return await insertAdmitted(parts, set)
  } catch (error) {
    if (classifyFailure(error) !== 'statement') throw error
    if (set.length === 1) return [error instanceof Error ? error : new Error(String(error))]
    const middle = set.length >> 1
    return [...(await insertAll(parts, set.slice(0, middle))), ...(await insertAll(parts, set.slice(middle)))]
  }
}

/** Inserts the executions for which the quotas of their accounts have room. */
function insertAdmitted({ database, queue, quotas }: StarterParts, set: NewExecution[]): Promise<(Execution | Error)[]> {
  return database.transact(async (client) => {
    const refusals = await quotas.admitStarts(
      client,
      set.map(({ ownerId }) => ownerId),
    )
    const admitted = set.filter((_new, i) => !refusals[i])
    const inserted = admitted.length > 0 ? await insertWith(client, queue, admitted) : []
    let next = 0
    return refusals.map((refusal) => refusal ?? inserted[next++] ?? new Error('an execution was not inserted'))
  })
}
