import { Migration } from '@mikro-orm/migrations'

/** An unfinished authorization belongs to the user who started it. Its credential will belong to an account. */
export class AuthorizationUsers extends Migration {
  override name = '20261201-authorization-users'

  override up(): void {
    this.addSql(`
      alter table oauth_authorization add column user_id uuid references app_user;
      update oauth_authorization set user_id = owner_id;
      alter table oauth_authorization alter column user_id set not null;
      create index on oauth_authorization (user_id, created_at);
    `)
  }
}
