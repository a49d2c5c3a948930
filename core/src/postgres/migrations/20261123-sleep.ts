import { Migration } from '@mikro-orm/migrations'

/** When a sleeping execution is to go on. It is no part of what the index leaves out: others are updated without touching an index. */
export class Sleep extends Migration {
  override name = '20261123-sleep'

  override up(): void {
    this.addSql(`
      alter table execution add column wake_at timestamptz;
      create index execution_wake_at on execution (wake_at) where wake_at is not null;
    `)
  }
}
