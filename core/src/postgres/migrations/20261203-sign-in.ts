import { Migration } from '@mikro-orm/migrations'

/** Passwords of users, the links that set them, and the devices of browser sessions. */
export class SignInTables extends Migration {
  override name = '20261203-sign-in'

  override up(): void {
    this.addSql(`
      create table password (
        user_id uuid primary key references app_user on delete cascade, hash text not null, changed_at timestamptz not null
      );
      create table sign_in_link (
        hash text primary key, kind text not null check (kind in ('SIGN_UP', 'RESET')), email text not null,
        verifies_email boolean not null, invitation_hash text, expires_at timestamptz not null
      );
      create index sign_in_link_email on sign_in_link (email);
      alter table browser_session
        add column user_agent text, add column address text,
        add column last_used_at timestamptz not null default now();
    `)
  }
}
