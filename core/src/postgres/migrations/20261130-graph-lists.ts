import { Migration } from '@mikro-orm/migrations'

/** Labels of graphs, and the orders in which graphs are listed. */
export class GraphLists extends Migration {
  override name = '20261130-graph-lists'

  override up(): void {
    this.addSql(`
      alter table graph add column labels text[] not null default '{}';
      create index graph_updated on graph (owner_id, updated_at, id) where deleted_at is null;
      create index graph_labels on graph using gin (labels) where deleted_at is null;
      create index graph_name on graph (owner_id, name collate "C", id) where deleted_at is null;
    `)
  }
}
