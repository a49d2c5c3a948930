import { randomUUIDv7 } from 'node:crypto'
import type { ClientBase } from 'pg'
import { channelName, MAX_IDS, type Database } from '../../postgres/index.ts'
import type { GraphVersion } from '../../domains/graphs/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { Execution } from './entities.ts'
import { SEPARATOR, storeBlobs, JOURNAL_AT, encodeRow, toRuns, type EventRun } from '../journal/index.ts'
import type { ExecutionEvent, JournalEvent, InputMasks } from '../../engine/index.ts'

export interface NewExecution {
  ownerId: string
  version: GraphVersion
  inputs: Record<string, unknown>
  masks?: InputMasks | undefined
  priority?: number | undefined
  /** Records its HTTP exchanges and those of its children. @default false */
  recordsHttp?: boolean | undefined
  /** The execution that it continues or repeats, and the initial events of its journal. */
  origin?: { id: string; events: ExecutionEvent[] } | undefined
  /** The node execution whose child it is. The id is given; if the execution already exists, it is not changed. */
  child?: { id: string; parentId: string; parentNode: string; parentN: number; depth: number } | undefined
}

/** Inserts a batch of executions and their jobs in one transaction. */
export function insertExecutions(
  { database, queue }: { database: Database; queue: Queue },
  set: readonly NewExecution[],
): Promise<Execution[]> {
  return database.transact((client) => insertWith(client, queue, set))
}

/** Inserts a batch of executions and their jobs in the transaction of `client`. */
export async function insertWith(client: ClientBase, queue: Queue, set: readonly NewExecution[]): Promise<Execution[]> {
  const executions = set.map((each) => toExecution(each, new Date()))
  await insertRows(client, executions)
  await insertJournals(client, set, executions)
  await queue.enqueue(
    client,
    executions.map(({ id, ownerId }, i) => ({ executionId: id, ownerId, priority: set[i]?.priority ?? 0 })),
  )
  return executions
}

function toExecution({ ownerId, version, inputs, masks, recordsHttp, origin, child }: NewExecution, createdAt: Date): Execution {
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
    recordsHttp: recordsHttp ?? false,
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
          records_http, status, outputs, failed_nodes
        )
        select *, 'QUEUED', '{}', '[]' from unnest(
          $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::json[], $6::json[], $7::uuid[], $8::timestamptz[], $9::uuid[],
          $10::text[], $11::int[], $12::int[], $13::boolean[]
        )
        on conflict (id) do nothing
      )
      select pg_notify('${channelName('work')}', '')
      union all
      select pg_notify('${channelName('journal')}', string_agg(id::text, ','))
      from (select id, (row_number() over () - 1) / ${MAX_IDS} as part from unnest($1::uuid[]) as row(id)) as parts
      group by part`,
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
      executions.map(({ recordsHttp }) => recordsHttp),
    ],
  })
}

async function insertJournals(client: ClientBase, set: readonly NewExecution[], executions: Execution[]): Promise<void> {
  const blobs = new Map<string, Buffer>()
  const rows = executions.flatMap(({ id, createdAt }, i) =>
    toEventRuns(set[i]?.origin?.events ?? [], createdAt).map((run) => ({ id, ...run, text: encodeRow(run, blobs) })),
  )
  if (rows.length === 0) return
  if (blobs.size > 0) await storeBlobs(client, blobs)
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

/** Events of another journal keep their times. */
function toEventRuns(events: readonly (ExecutionEvent | JournalEvent)[], at: Date): EventRun[] {
  const times = events.map((event) => ('at' in event ? event.at : at.getTime()))
  return events.length === 0 ? [] : toRuns({ firstSeq: 1, events: events.map(withoutPosition), times })
}

function withoutPosition(event: ExecutionEvent | JournalEvent): ExecutionEvent {
  if (!('seq' in event)) return event
  const { seq: _seq, at: _at, ...rest } = event
  return rest
}
