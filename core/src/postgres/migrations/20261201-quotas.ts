import { Migration } from '@mikro-orm/migrations'

/**
 * The limits of accounts that differ from the configuration, and the number of executions that accounts have started in
 * each minute of the last hour. Starts are counted for accounts with a limit only.
 */
export class Quotas extends Migration {
  override name = '20261201-quotas'

  override up(): void {
    this.addSql(`
      create table account_quota (
        account_id uuid primary key references account on delete cascade, limits jsonb not null, updated_at timestamptz not null
      );
      create table execution_start_count (
        account_id uuid not null references account on delete cascade, minute timestamptz not null, starts int not null,
        primary key (account_id, minute)
      );
    `)
  }
}
