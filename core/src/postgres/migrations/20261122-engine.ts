import { Migration } from '@mikro-orm/migrations'

/**
 * Rows of the journal are text: the writer made it from JSON a moment ago, and to check it again costs a third of writing it.
 * Executions are updated twice within milliseconds: room on their page keeps their indexes out of it. They name the worker
 * that has them, so that whoever replaces one that died can take just those.
 */
export class Engine extends Migration {
  override name = '20261122-engine'

  override up(): void {
    this.addSql(`
      alter table journal alter column events type text;
      alter table execution add column worker_id uuid;
      alter table execution set (fillfactor = 50);
    `)
  }
}
