import { mapConcurrently } from '../base/index.ts'
import { retryDuringOutage, type Database } from '../postgres/index.ts'
import type { OwnedWorkspace, Workspace, WorkspaceStore } from './workspace.ts'

/** The files of executions. */
export interface Workspaces {
  /**
   * Opens the workspace of an execution, which is that of the root of its tree. At its first use, the workspace starts
   * with the files of the execution that the root continues or repeats.
   */
  openFor(executionId: string): Promise<Workspace>
  /**
   * Finds the workspaces of executions, without creating any.
   *
   * @returns the workspaces by execution id. Those that do not exist are missing.
   */
  find(executionIds: readonly string[]): Promise<Map<string, OwnedWorkspace>>
  /** Removes the workspaces of finished executions that started before the retention period. */
  removeExpired(retentionDays: number): Promise<void>
}

export function createWorkspaces({ pool }: Pick<Database, 'pool'>, store: WorkspaceStore): Workspaces {
  return {
    async openFor(executionId) {
      const { rows } = await retryDuringOutage(() => pool.query<{ id: string }>(ANCESTRY, [executionId]))
      const [root, ...origins] = rows.map(({ id }) => id)
      if (root === undefined) throw new Error('the execution does not exist in the database')
      return store.open(root, origins)
    },
    async find(executionIds) {
      const { rows } = await pool.query<{ id: string; root: string }>(ROOTS, [executionIds])
      const opened = new Map(
        await mapConcurrently(
          [...new Set(rows.map(({ root }) => root))],
          8,
          async (root) => [root, await store.find(root)] as const,
        ),
      )
      return new Map(
        rows.flatMap(({ id, root }) => {
          const workspace = opened.get(root)
          return workspace ? [[id, workspace] as const] : []
        }),
      )
    },
    async removeExpired(retentionDays) {
      await store.sweep()
      const { rows } = await pool.query<{ before: Date }>(`select now() - make_interval(days => $1) as before`, [retentionDays])
      for await (const ids of store.listOlder(rows[0]?.before ?? new Date(0)))
        for (const id of await findEnded(pool, ids)) await store.remove(id)
    },
  }
}

/** Selects the root of the tree of each execution. */
const ROOTS = `
  with recursive ancestry as (
    select id, id as root, parent_id from execution where id = any($1::uuid[])
    union all
    select a.id, e.id, e.parent_id from ancestry a join execution e on e.id = a.parent_id
  )
  select id, root from ancestry where parent_id is null`

/**
 * Selects the root of the execution's tree, then the root of the tree of the execution that it continues or repeats,
 * and so on. Only roots have workspaces. The number of steps is limited.
 */
const ANCESTRY = `
  with recursive ancestry as (
    select id, parent_id, origin_id, 1 as step from execution where id = $1
    union all
    select e.id, e.parent_id, e.origin_id, step + 1 from ancestry l join execution e on e.id = coalesce(l.parent_id, l.origin_id)
    where step < 1000
  )
  select id from ancestry where parent_id is null order by step`

/**
 * Returns the executions in this database whose files are not needed: the execution, its children, and the executions
 * that continue or repeat it (which may not have copied its files yet) have finished. Executions of other databases are
 * not returned.
 */
async function findEnded(pool: Database['pool'], ids: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `with recursive needed as (
       select id, parent_id, origin_id from execution where status in ('QUEUED', 'RUNNING', 'WAITING')
       union
       select e.id, e.parent_id, e.origin_id from needed n join execution e on e.id in (n.parent_id, n.origin_id)
     )
     select id from execution where id = any($1) and not exists (select from needed n where n.id = execution.id)`,
    [ids],
  )
  return rows.map(({ id }) => id)
}
