import { Migration } from '@mikro-orm/migrations'

/** OAuth 2: unfinished authorizations, and the scopes and expiry of tokens. */
export class OAuth extends Migration {
  override name = '20261125-oauth'

  override up(): void {
    this.addSql(`
      alter table credential
        add column status text not null default 'READY',
        add column scopes json not null default '[]',
        add column expires_at timestamptz,
        add column renewed_at timestamptz,
        -- The lease: the renewal that holds it, and its end.
        add column renewal_id uuid,
        add column renewal_until timestamptz;
    `)
    this.addSql(`
      create table oauth_authorization (
        -- SHA-256 of the state, so that a row cannot be used to finish the authorization.
        state_hash text primary key,
        owner_id uuid not null references user_account, provider text not null, name text not null, scopes json not null,
        secret bytea not null, key_id text not null,
        created_at timestamptz not null default now(), expires_at timestamptz not null
      );
    `)
    this.addSql('create index on oauth_authorization (owner_id, created_at);')
  }
}
