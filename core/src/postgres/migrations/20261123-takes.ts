import { Migration } from '@mikro-orm/migrations'

/** How often in a row a worker has been lost with an execution in hand and nothing new of it stored: see `executions/takes.ts`. */
export class Takes extends Migration {
  override name = '20261123-takes'

  override up(): void {
    this.addSql(`
      alter table execution add column takes int not null default 0, add column taken_seq int not null default 0;
    `)
  }
}
