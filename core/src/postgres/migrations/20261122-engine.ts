import { Migration } from '@mikro-orm/migrations'

/**
 * Rows of the journal are `text`, because the writer has just created the JSON, and parsing it again costs a third of
 * the write. Executions are updated twice within milliseconds; free space on their page avoids index updates. An
 * execution names the worker that holds it, so that the replacement of a dead worker can release exactly these
 * executions.
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
