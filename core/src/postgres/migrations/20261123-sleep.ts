import { Migration } from '@mikro-orm/migrations'

/**
 * The time at which a sleeping execution continues. The index is partial, so that other executions are updated without
 * an index update.
 */
export class Sleep extends Migration {
  override name = '20261123-sleep'

  override up(): void {
    this.addSql(`
      alter table execution add column wake_at timestamptz;
      create index execution_wake_at on execution (wake_at) where wake_at is not null;
    `)
  }
}
