import { Migration } from '@mikro-orm/migrations'

/** The idempotency key of a start belongs to the user who chose it, so that members of an account do not share keys. */
export class StartKeyUsers extends Migration {
  override name = '20261204-start-key-users'

  override up(): void {
    this.addSql(`
      delete from execution_start_key where owner_id not in (select id from app_user);
      alter table execution_start_key add column user_id uuid references app_user;
      update execution_start_key set user_id = owner_id;
      alter table execution_start_key
        alter column user_id set not null,
        drop constraint execution_start_key_pkey,
        add primary key (owner_id, user_id, key);
    `)
  }
}
