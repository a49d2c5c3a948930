import { randomUUIDv7 } from 'node:crypto'
import type { ClientBase } from 'pg'
import { channelName, type Database } from '../../postgres/index.ts'
import type { GraphVersion } from '../../domains/graphs/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { Execution } from './entities.ts'
import { SEPARATOR, keepBlobs, JOURNAL_AT, encodeRow, toRuns, type EventRun } from '../journal/index.ts'
import type { ExecutionEvent, JournalEvent, InputMasks } from '../../engine/index.ts'

export interface NewExecution {
  ownerId: string
  version: GraphVersion
  inputs: Record<string, unknown>
  masks?: InputMasks | undefined
  priority?: number | undefined
  /** Whom it continues or repeats, and the journal it begins with. */
  origin?: { id: string; events: ExecutionEvent[] } | undefined
  /** The node execution it is the child of; its id is given, and one that is there already stays as it is. */
  child?: { id: string; parentId: string; parentNode: string; parentN: number; depth: number } | undefined
}

/** Adds a set of executions with their jobs: in one transaction, so a row has a job or neither is there. */
export async function insertExecutions(
  { database, queue }: { database: Database; queue: Queue },
  set: NewExecution[],
): Promise<Execution[]> {
  const executions = set.map((each) => createExecution(each, new Date()))
  await database.transact(async (client) => {
    await insertRows(client, executions)
    await insertJournals(client, set, executions)
    await queue.enqueue(
      client,
      executions.map(({ id, ownerId }, i) => ({ executionId: id, ownerId, priority: set[i]?.priority ?? 0 })),
    )
  })
  return executions
}

function createExecution({ ownerId, version, inputs, masks, origin, child }: NewExecution, createdAt: Date): Execution {
  return {
    id: child?.id ?? randomUUIDv7(),
    ownerId,
    versionId: version.id,
    graphId: version.graphId ?? null,
    status: 'QUEUED',
    inputs,
    masks: masks ?? null,
    outputs: {},
    failedNodes: [],
    reason: null,
    fence: 0,
    originId: origin?.id ?? null,
    parentId: child?.parentId ?? null,
    parentNode: child?.parentNode ?? null,
    parentN: child?.parentN ?? null,
    depth: child?.depth ?? 0,
    waitingSince: null,
    createdAt,
    startedAt: null,
    finishedAt: null,
  }
}

async function insertRows(client: ClientBase, executions: Execution[]): Promise<void> {
  await client.query({
    name: 'ashlar-start',
    text: `
      with inserted as (
        insert into execution (
          id, owner_id, version_id, graph_id, inputs, masks, origin_id, created_at, parent_id, parent_node, parent_n, depth,
          status, outputs, failed_nodes
        )
        select *, 'QUEUED', '{}', '[]' from unnest(
          $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::json[], $6::json[], $7::uuid[], $8::timestamptz[], $9::uuid[],
          $10::text[], $11::int[], $12::int[]
        )
        on conflict (id) do nothing
      )
      select pg_notify('${channelName('work')}', '')`,
    values: [
      executions.map(({ id }) => id),
      executions.map(({ ownerId }) => ownerId),
      executions.map(({ versionId }) => versionId),
      executions.map(({ graphId }) => graphId),
      executions.map(({ inputs }) => JSON.stringify(inputs)),
      executions.map(({ masks }) => (masks ? JSON.stringify(masks) : null)),
      executions.map(({ originId }) => originId),
      executions.map(({ createdAt }) => createdAt),
      executions.map(({ parentId }) => parentId),
      executions.map(({ parentNode }) => parentNode),
      executions.map(({ parentN }) => parentN),
      executions.map(({ depth }) => depth),
    ],
  })
}

async function insertJournals(client: ClientBase, set: NewExecution[], executions: Execution[]): Promise<void> {
  const blobs = new Map<string, string>()
  const rows = executions.flatMap(({ id, createdAt }, i) =>
    runsOf(set[i]?.origin?.events ?? [], createdAt).map((run) => ({ id, ...run, text: encodeRow(run, blobs) })),
  )
  if (rows.length === 0) return
  if (blobs.size > 0) await keepBlobs(client, blobs)
  await client.query(
    `insert into journal (execution_id, first_seq, last_seq, events, at)
     select *, ${JOURNAL_AT}
     from rows from (unnest($1::uuid[]), unnest($2::int[]), unnest($3::int[]), string_to_table($4, '${SEPARATOR}'))
       as row(execution_id, first_seq, last_seq, events)`,
    [
      rows.map(({ id }) => id),
      rows.map(({ firstSeq }) => firstSeq),
      rows.map(({ firstSeq, events }) => firstSeq + events.length - 1),
      rows.map(({ text }) => text).join(SEPARATOR),
    ],
  )
}

/** Those that come from another journal keep their times. */
function runsOf(events: readonly (ExecutionEvent | JournalEvent)[], at: Date): EventRun[] {
  const times = events.map((event) => ('at' in event ? event.at : at.getTime()))
  return events.length === 0 ? [] : toRuns({ firstSeq: 1, events: events.map(withoutPlace), times })
}

function withoutPlace(event: ExecutionEvent | JournalEvent): ExecutionEvent {
  if (!('seq' in event)) return event
  const { seq: _seq, at: _at, ...rest } = event
  return rest
}
