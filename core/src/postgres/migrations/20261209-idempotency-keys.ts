import { Migration } from '@mikro-orm/migrations'

/** One table for the idempotency keys of all mutations replaces that of starts. It contains hashes of the keys. */
export class IdempotencyKeys extends Migration {
  override name = '20261209-idempotency-keys'

  override up(): void {
    this.addSql(`
      create table idempotency_key (
        user_id uuid not null references app_user on delete cascade,
        key text not null,
        request text not null,
        -- JSON. Null until the operation has ended. The type jsonb cannot store all texts.
        result text,
        holder uuid,
        running_until timestamptz,
        created_at timestamptz not null default now(),
        primary key (user_id, key)
      );
      create index idempotency_key_created on idempotency_key (created_at);
      insert into idempotency_key (user_id, key, request, result, created_at)
        select distinct on (user_id, key) user_id, encode(sha256(convert_to(key, 'UTF8')), 'hex'),
          encode(sha256(convert_to(key || E'\\n' || hash, 'UTF8')), 'hex'), json_build_object('executionId', execution_id)::text, created_at
        from execution_start_key where created_at > now() - interval '24 hours' order by user_id, key, created_at desc;
      drop table execution_start_key;
    `)
  }
}
