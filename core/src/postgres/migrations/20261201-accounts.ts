import { Migration } from '@mikro-orm/migrations'

/** The tables with a column `owner_id`. It contained the id of a user, and now contains that of an account. */
const OWNED = [
  'graph',
  'graph_version',
  'execution',
  'block_storage',
  'block_storage_use',
  'credential',
  'oauth_authorization',
  'execution_start_key',
]

/**
 * Accounts own graphs, executions, credentials and storage. Users are persons. The personal account of a user has the
 * id of the user, so that everything that belonged to a user belongs to the personal account, and no row changes.
 */
export class Accounts extends Migration {
  override name = '20261201-accounts'

  override up(): void {
    this.addSql(`
      alter table user_account rename to app_user;
      create table account (id uuid primary key, kind text not null, name text not null, created_at timestamptz not null);
      create table member (
        id uuid primary key, account_id uuid not null references account, user_id uuid not null references app_user,
        role text not null, joined_at timestamptz not null, unique (account_id, user_id)
      );
      create index on member (user_id, joined_at);
      create table invitation (
        id uuid primary key, account_id uuid not null references account, role text not null, hash text not null unique,
        invited_by uuid not null references app_user, created_at timestamptz not null, expires_at timestamptz not null
      );
      create index on invitation (account_id, created_at);
      insert into account select id, 'PERSONAL', name, created_at from app_user;
      insert into member select gen_random_uuid(), id, id, 'OWNER', created_at from app_user;
    `)
    for (const table of OWNED)
      this.addSql(`
        alter table ${table} drop constraint ${table}_owner_id_fkey;
        alter table ${table} add foreign key (owner_id) references account;
      `)
  }
}
