import { throughOutages, type Database } from '../postgres/index.ts'
import type { Workspace, WorkspaceStore } from './workspace.ts'

/** The files of executions. */
export interface Workspaces {
  /**
   * Where an execution reads and writes: the workspace of the one at the top of its tree. It begins, when it is first asked for,
   * with the files of the one that it continues or repeats.
   */
  openFor(executionId: string): Promise<Workspace>
  /** Upkeep: removes the workspaces of executions that began before the retention and have ended. */
  keep(retentionDays: number): Promise<void>
}

export function createWorkspaces({ pool }: Pick<Database, 'pool'>, store: WorkspaceStore): Workspaces {
  return {
    async openFor(executionId) {
      const { rows } = await throughOutages(() => pool.query<{ id: string }>(LINE, [executionId]))
      const [root, ...origins] = rows.map(({ id }) => id)
      if (root === undefined) throw new Error('an execution without a row has no files')
      return store.open(root, origins)
    },
    async keep(retentionDays) {
      await store.sweep()
      const { rows } = await pool.query<{ before: Date }>(`select now() - make_interval(days => $1) as before`, [retentionDays])
      for await (const ids of store.listOlder(rows[0]?.before ?? new Date(0)))
        for (const id of await findEnded(pool, ids)) await store.remove(id)
    },
  }
}

/**
 * The execution at the top, then the one that this continues or repeats, or rather the one at its top, and so on: workspaces
 * are those of executions without a parent. A line that is longer than anybody needs ends somewhere.
 */
const LINE = `
  with recursive line as (
    select id, parent_id, origin_id, 1 as step from execution where id = $1
    union all
    select e.id, e.parent_id, e.origin_id, step + 1 from line l join execution e on e.id = coalesce(l.parent_id, l.origin_id)
    where step < 1000
  )
  select id from line where parent_id is null order by step`

/**
 * Those that this database knows, and that nothing needs that has not ended: neither itself, nor what it runs, nor what continues
 * or repeats it and may not have copied its files yet. Of others it says nothing: they may belong to somebody else.
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
