import { randomUUIDv7 } from 'node:crypto'
import { channelName, type Database } from '../database/index.ts'
import type { GraphVersion } from '../graphs/index.ts'
import type { Queue } from '../queue/index.ts'
import type { Execution } from './entities.ts'

export interface NewExecution {
  ownerId: string
  version: GraphVersion
  inputs: Record<string, unknown>
}

/** Adds a set of executions with their jobs: in one transaction, so a row has a job or neither is there. */
export async function insertExecutions(
  { database, queue }: { database: Database; queue: Queue },
  set: NewExecution[],
): Promise<Execution[]> {
  const createdAt = new Date()
  const ids = set.map(() => randomUUIDv7())
  await database.transact(async (client) => {
    await client.query({ ...INSERT, values: valuesOf(set, ids, createdAt) })
    await queue.enqueue(client, ids)
  })
  return set.map(({ ownerId, version, inputs }, i) => {
    const graphId = version.graphId ?? null
    const rest = {
      outputs: {},
      failedNodes: [],
      reason: null,
      fence: 0,
      originId: null,
      createdAt,
      startedAt: null,
      finishedAt: null,
    }
    return { id: ids[i] ?? '', ownerId, versionId: version.id, graphId, status: 'QUEUED', inputs, ...rest }
  })
}

const INSERT = {
  name: 'ashlar-start',
  text: `
    with inserted as (
      insert into execution (id, owner_id, version_id, graph_id, status, inputs, outputs, failed_nodes, created_at)
      select id, owner_id, version_id, graph_id, 'QUEUED', inputs, '{}', '[]', $6
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::json[]) as row(id, owner_id, version_id, graph_id, inputs)
    )
    select pg_notify('${channelName('work')}', '')`,
}

function valuesOf(set: NewExecution[], ids: string[], createdAt: Date): unknown[] {
  return [
    ids,
    set.map(({ ownerId }) => ownerId),
    set.map(({ version }) => version.id),
    set.map(({ version }) => version.graphId ?? null),
    set.map(({ inputs }) => JSON.stringify(inputs)),
    createdAt,
  ]
}
