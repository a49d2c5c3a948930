import { Migration } from '@mikro-orm/migrations'

/**
 * Limits of API keys. Every change that takes a right from a caller is announced on the channel `access`, whoever makes
 * it.
 */
export class ApiKeyLimits extends Migration {
  override name = '20261205-api-keys'

  override up(): void {
    this.addSql(`
      alter table api_key
        drop constraint api_key_pkey,
        add column id uuid primary key default gen_random_uuid(),
        add column prefix text,
        add column scopes text[],
        add column account_ids uuid[],
        add column graph_ids uuid[],
        add column expires_at timestamptz,
        add column last_used_at timestamptz,
        add unique (hash);
      create index on api_key (user_id, created_at);
    `)
    this.addSql(`
      create function announce_access() returns trigger language plpgsql as $$
      begin
        perform pg_notify('ashlar_access', tg_argv[0] || ' ' || (to_jsonb(coalesce(old, new)) ->> tg_argv[1]));
        return null;
      end $$;
      create trigger announce_access after insert or delete or update on member
        for each row execute function announce_access('user', 'user_id');
      create trigger announce_access after delete or update on app_user
        for each row execute function announce_access('user', 'id');
      create trigger announce_access after delete or update of scopes, account_ids, graph_ids, expires_at on api_key
        for each row execute function announce_access('key', 'id');
      create trigger announce_access after delete or update of expires_at on browser_session
        for each row execute function announce_access('session', 'hash');
    `)
  }
}
