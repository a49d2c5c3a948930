import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import { channelName, type Database } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { GraphVersion, Graphs } from '../../domains/graphs/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import { cancelTrees } from './cancel.ts'
import { parseInputs, parseMasks } from './inputs.ts'
import { insertExecutions } from './insert.ts'
import type { PlanNode } from '../../engine/index.ts'
import type { PlanCache } from './plan-cache.ts'

/** The maximum nesting depth of sub-graphs. Source: execution semantics, rule 14. */
const MAX_DEPTH = 16
const PARENT_ENDED = { code: 'CANCELLED', message: 'its parent has ended' }

/** The node execution that runs a child. */
interface Parent {
  executionId: string
  ownerId: string
  /** 0 for an execution without a parent. */
  depth: number
  recordsHttp: boolean
  node: PlanNode
  n: number
  attempt: number
}

/** Child executions: executions that a graph node of another execution starts. Source: execution semantics, rule 15. */
export interface Children {
  /**
   * Starts the child of a node execution unless it exists. The id of the child is derived from the node execution.
   *
   * @returns the child's id
   * @throws {AshlarError} DEPTH_EXCEEDED INPUTS_INVALID NOT_FOUND
   */
  start(parent: Parent, inputs: Record<string, unknown>): Promise<string>
  /** Cancels a child whose parent has ended, and its children. */
  cancel(childId: string): Promise<void>
  /** Puts waiting parents back into the queue, because their children have new events. */
  wake(parentIds: readonly string[]): Promise<void>
  /** Wakes parents that were missed because a worker died between a child's commit and the wake-up. */
  wakeForgotten(): Promise<void>
}

interface ChildParts {
  database: Database
  queue: Queue
  graphs: Graphs
  maxValueBytes: number
  plans: PlanCache
}

export function createChildren({ database, queue, graphs, maxValueBytes, plans }: ChildParts): Children {
  const wake = async (parentIds: readonly string[]): Promise<void> => {
    if (parentIds.length > 0) await database.transact((client) => wakeWaiting(client, queue, parentIds))
  }
  return {
    async start(parent, inputs) {
      const { node, depth, ownerId, recordsHttp } = parent
      if (depth + 1 > MAX_DEPTH) throw new AshlarError('DEPTH_EXCEEDED', `graphs are nested more than ${MAX_DEPTH} levels deep`)
      const version = await childVersion(graphs, node)
      const given = parseInputs(childInputs(version, inputs), version.inputSchema, maxValueBytes)
      const masks = parseMasks(inputs.nodes_input_masks, version.document)
      const id = childId(parent)
      const child = { id, parentId: parent.executionId, parentNode: node.id, parentN: parent.n, depth: depth + 1 }
      await insertExecutions({ database, queue }, [{ ownerId, version, inputs: given, masks, recordsHttp, child }])
      return id
    },
    cancel: async (childId) => void (await cancelTrees({ database, plans }, [childId], PARENT_ENDED)),
    wake,
    async wakeForgotten() {
      const { rows } = await database.pool.query<{ id: string }>(
        `select distinct p.id from execution p join execution c on c.parent_id = p.id
         where p.status = 'WAITING' and c.finished_at >= p.waiting_since`,
      )
      await wake(rows.map(({ id }) => id))
    },
  }
}

/**
 * The id of a child: a UUID v7 with the time of the parent, whose random part is a hash of the node execution and the
 * attempt.
 */
function childId({ executionId, node, n, attempt }: Pick<Parent, 'executionId' | 'node' | 'n' | 'attempt'>): string {
  const hash = createHash('sha256').update(`${executionId}:${node.id}:${n}:${attempt}`).digest('hex')
  return `${executionId.slice(0, 13)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`
}

async function wakeWaiting(client: ClientBase, queue: Queue, parentIds: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ id: string; owner_id: string }>(
    `select id, owner_id from execution where id = any($1) and status = 'WAITING'`,
    [parentIds],
  )
  if (rows.length === 0) return
  await queue.enqueue(
    client,
    rows.map(({ id, owner_id }) => ({ executionId: id, ownerId: owner_id })),
  )
  await client.query(`select pg_notify('${channelName('work')}', '')`)
}

async function childVersion(graphs: Graphs, { childVersionId }: PlanNode): Promise<GraphVersion> {
  const version = childVersionId && (await graphs.findPinnedVersions([childVersionId])).get(childVersionId)
  if (!version) throw new AshlarError('NOT_FOUND', 'the version of the graph that this node runs does not exist')
  return version
}

/** The values that arrived on pins with names of child inputs. They override the constant `inputs`. */
function childInputs({ inputSchema }: GraphVersion, inputs: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(inputSchema.properties ?? {})
  const constants = typeof inputs.inputs === 'object' && inputs.inputs !== null ? { ...inputs.inputs } : {}
  const known = Object.entries({ ...constants, ...inputs }).filter(([name]) => names.includes(name))
  return Object.fromEntries(known)
}
