import { Migration } from '@mikro-orm/migrations'

/** One-time login tokens and the browser sessions that they open. Both store the SHA-256 of the browser's secrets. */
export class BrowserSessions extends Migration {
  override name = '20261129-browser-sessions'

  override up(): void {
    this.addSql(`
      create table login_token (
        hash text primary key, user_id uuid not null references user_account, expires_at timestamptz not null
      );
      create table browser_session (
        hash text primary key, page_hash text not null, user_id uuid not null references user_account,
        created_at timestamptz not null, expires_at timestamptz not null
      );
      create index browser_session_user on browser_session (user_id);
    `)
  }
}
