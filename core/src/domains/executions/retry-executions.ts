import type { ClientBase } from 'pg'
import { AshlarError } from '../../base/index.ts'
import { where, type Database } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import { eventsToRetry, type Plan } from '../../engine/index.ts'
import { readCopy } from '../../runtime/journal/index.ts'
import { insertWith, type Execution, type NewExecution, type PlanCache } from '../../runtime/lifecycle/index.ts'
import type { Graphs, GraphVersion } from '../graphs/index.ts'
import type { Quotas } from '../quotas/index.ts'
import { assertBulkRequest, changeInParts, findMatches, type BulkFailure, type BulkRequest, type BulkResult } from './bulk.ts'

interface RetryParts {
  database: Database
  queue: Queue
  quotas: Pick<Quotas, 'admitStarts'>
  graphs: Graphs
  plans: PlanCache
}

const ENDED = ['FAILED', 'CANCELLED'] as const
/** The number of executions whose journals are in memory and that are retried in one transaction. */
const PART = 20

/**
 * Retries all FAILED and CANCELLED executions that the filter selects, have no parent, and are not continued by another
 * execution yet. Calls of one owner take turns, so two of them never retry the same execution.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export async function retryExecutions(parts: RetryParts, ownerId: string, request: BulkRequest): Promise<BulkResult> {
  assertBulkRequest(request, ENDED)
  const roots = { ...request, filter: { ...request.filter, rootsOnly: true } }
  const { items, total = 0 } = await findMatches(parts.database, ownerId, roots, ENDED, [NOT_CONTINUED])
  if (request.dryRun) return { matchedCount: total, executions: items.map(({ item }) => item), failures: [] }
  const executions: Execution[] = []
  const failures: BulkFailure[] = []
  const ids = items.map(({ item }) => item.id)
  const rejected = await changeInParts(ids, PART, async (part) => {
    const { started, unusable } = await retryPart(parts, ownerId, part)
    executions.push(...started)
    failures.push(...unusable)
  })
  return { matchedCount: total, executions, failures: [...failures, ...rejected] }
}

const NOT_CONTINUED = where`not exists (select from execution r where r.origin_id = t.id)`

type RetriedRow = Pick<Execution, 'id' | 'inputs' | 'masks'> & { versionId: string }

async function retryPart(
  parts: RetryParts,
  ownerId: string,
  ids: readonly string[],
): Promise<{ started: Execution[]; unusable: BulkFailure[] }> {
  return parts.database.transact(async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`ashlar.retry:${ownerId}`])
    const rows = await readRetried(client, ownerId, ids)
    const { set, unusable } = await createRetries(client, parts, ownerId, rows)
    const refusals = await parts.quotas.admitStarts(
      client,
      set.map(() => ownerId),
    )
    const admitted = set.filter((_new, i) => !refusals[i])
    const refused = set.flatMap(({ origin }, i) => {
      const error = refusals[i]
      return error && origin ? [{ executionId: origin.id, error }] : []
    })
    return {
      started: admitted.length > 0 ? await insertWith(client, parts.queue, admitted) : [],
      unusable: [...unusable, ...refused],
    }
  })
}

/** Leaves out executions that another call has retried in the meantime. */
async function readRetried(client: ClientBase, ownerId: string, ids: readonly string[]): Promise<RetriedRow[]> {
  const { rows } = await client.query<RetriedRow>(
    `select t.id, t.version_id as "versionId", t.inputs, t.masks from execution t
     where t.id = any($1) and t.owner_id = $2 and ${NOT_CONTINUED.sql} order by t.created_at, t.id`,
    [ids, ownerId],
  )
  return rows
}

async function createRetries(
  client: ClientBase,
  { graphs, plans }: RetryParts,
  ownerId: string,
  rows: readonly RetriedRow[],
): Promise<{ set: NewExecution[]; unusable: BulkFailure[] }> {
  const versionIds = [...new Set(rows.map(({ versionId }) => versionId))]
  const [versions, loaded] = await Promise.all([graphs.findPinnedVersions(versionIds), plans.load(versionIds)])
  const set: NewExecution[] = []
  const unusable: BulkFailure[] = []
  for (const row of rows) {
    try {
      const plan: Plan = usable(loaded.get(row.versionId))
      const version: GraphVersion = usable(versions.get(row.versionId))
      const origin = { id: row.id, events: eventsToRetry(plan, await readCopy(client, row.id)) }
      set.push({ ownerId, version, inputs: row.inputs, masks: row.masks ?? undefined, origin })
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      unusable.push({ executionId: row.id, error })
    }
  }
  return { set, unusable }
}

function usable<T>(found: T | AshlarError | undefined): T {
  if (found instanceof AshlarError) throw found
  if (found === undefined)
    throw new AshlarError('NOT_FOUND', 'the version of the graph of this execution does not exist: start the graph instead')
  return found
}
