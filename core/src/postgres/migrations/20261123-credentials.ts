import { Migration } from '@mikro-orm/migrations'

/** Credentials. The secret is encrypted with a key that is not in the database. */
export class Credentials extends Migration {
  override name = '20261123-credentials'

  override up(): void {
    this.addSql(`
      create table credential (
        id uuid primary key, owner_id uuid not null references user_account, provider text not null, name text not null,
        type text not null, hosts json not null, secret bytea not null, key_id text not null,
        created_at timestamptz not null, updated_at timestamptz not null, last_used_at timestamptz,
        unique (owner_id, provider, name)
      );
    `)
  }
}
