import { Migration } from '@mikro-orm/migrations'

/** Documents, schemas and values are `json`, not `jsonb`, to preserve the author's order of keys. */
export class Initial extends Migration {
  override name = '20261121-initial'

  override up(): void {
    this.addSql(`
      create table user_account (
        id uuid primary key, name text not null, role text not null, created_at timestamptz not null
      );
      create table api_key (
        hash text primary key, user_id uuid not null references user_account, name text not null, created_at timestamptz not null
      );
      create table plugin_bundle (
        digest text primary key, package_name text not null, version text not null, builtin boolean not null,
        manifest json not null, code text not null, created_at timestamptz not null
      );
      create table plugin (
        package_name text not null, version text not null, status text not null, digest text references plugin_bundle, error json,
        position int not null
      );
      create table graph (
        id uuid primary key, owner_id uuid not null references user_account, name text not null, description text not null,
        active_version_id uuid not null, forked_from_id uuid,
        created_at timestamptz not null, updated_at timestamptz not null, deleted_at timestamptz
      );
      create index graph_owner on graph (owner_id, id) where deleted_at is null;
      create table graph_version (
        id uuid primary key, graph_id uuid references graph deferrable initially deferred,
        owner_id uuid not null references user_account, number int not null,
        document json not null, input_schema json not null, output_schema json not null, blocks json not null, children json not null,
        created_at timestamptz not null, unique (graph_id, number)
      );
      alter table graph add foreign key (active_version_id) references graph_version deferrable initially deferred;
      create table execution (
        id uuid primary key, owner_id uuid not null references user_account,
        version_id uuid not null references graph_version, graph_id uuid references graph,
        status text not null, inputs json not null, masks json, outputs json not null, failed_nodes json not null, reason json,
        fence int not null default 0, origin_id uuid,
        parent_id uuid references execution, parent_node text, parent_n int, depth int not null default 0, waiting_since timestamptz,
        created_at timestamptz not null, started_at timestamptz, finished_at timestamptz
      );
      create index execution_owner on execution (owner_id, id);
      create index execution_parent on execution (parent_id) where parent_id is not null;
      create index execution_graph on execution (graph_id, id) where graph_id is not null;
      create table block_storage (
        owner_id uuid not null references user_account, scope text not null, key text not null, value json not null,
        updated_at timestamptz not null, primary key (owner_id, scope, key)
      );
      create table journal (
        execution_id uuid not null, first_seq int not null, last_seq int not null, events json not null,
        at timestamptz not null default now(), primary key (execution_id, first_seq, at)
      ) partition by range (at);
      create table journal_default partition of journal default;
      create table blob (hash text primary key, value json not null, created_at timestamptz not null);
      create table blob_ref (hash text not null, day date not null, count int not null, primary key (hash, day));
    `)
  }
}
