import { Migration } from '@mikro-orm/migrations'

/**
 * The number of consecutive workers that were lost while they held an execution, without progress: see
 * `runtime/worker/crash-limit.ts`.
 */
export class Takes extends Migration {
  override name = '20261123-takes'

  override up(): void {
    this.addSql(`
      alter table execution add column takes int not null default 0, add column taken_seq int not null default 0;
    `)
  }
}
