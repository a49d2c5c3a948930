import { Migration } from '@mikro-orm/migrations'

/** Sessions get an id by which their user ends them. Their hash is part of the secret. */
export class SessionIds extends Migration {
  override name = '20261210-session-ids'

  override up(): void {
    this.addSql(`
      alter table browser_session add column id uuid not null default gen_random_uuid();
      create unique index browser_session_id on browser_session (id);
    `)
  }
}
