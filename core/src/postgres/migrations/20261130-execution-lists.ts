import { Migration } from '@mikro-orm/migrations'

/**
 * The keys with which clients make starts idempotent, and indexes for lists of executions. Except for
 * `execution_finished`, each index contains only columns that do not change while most executions run. An update of a
 * column that any index names, also in its condition, updates all indexes of the table.
 */
export class ExecutionLists extends Migration {
  override name = '20261130-execution-lists'

  override up(): void {
    this.addSql(`
      drop index execution_owner, execution_graph;
      create index execution_owner on execution (owner_id, created_at, id);
      create index execution_graph on execution (graph_id, created_at, id) where graph_id is not null;
      -- Executions that succeed have no reason at any time.
      create index execution_reason on execution (owner_id, created_at, id) where reason is not null;
      create index execution_finished on execution (owner_id, (coalesce(finished_at, 'infinity')), id);
      create index execution_origin on execution (origin_id) where origin_id is not null;
      create table execution_start_key (
        owner_id uuid not null references user_account, key text not null, hash text not null, execution_id uuid not null,
        created_at timestamptz not null default now(), primary key (owner_id, key)
      );
    `)
  }
}
