import { Migration } from '@mikro-orm/migrations'

/**
 * Plugins by origin. Each source (the plugin folders of a machine) has its own rows in `workspace_plugin`, which only
 * its workers write. Published plugins are in `plugin_package` and `plugin_version`. Every process combines them into
 * one list.
 */
export class Store extends Migration {
  override name = '20261126-store'

  override up(): void {
    this.addSql(`
      drop table plugin;
      create table plugin_workspace (id text primary key, seen_at timestamptz not null);
      create table workspace_plugin (
        workspace_id text not null references plugin_workspace on delete cascade, package_name text not null,
        source text not null, version text not null, status text not null, digest text references plugin_bundle, error json,
        position int not null, changed_at timestamptz not null
      );
      create index workspace_plugin_workspace on workspace_plugin (workspace_id);
      create table plugin_package (
        name text primary key, owner_id uuid not null references user_account,
        public_key text, installed_id text, installed_at timestamptz
      );
      create table plugin_version (
        id text primary key, package_name text not null references plugin_package, version text not null,
        digest text not null references plugin_bundle, tarball_digest text not null, description text not null,
        published_at timestamptz not null, published_by uuid not null references user_account,
        report json not null, signature json
      );
      create index plugin_version_package on plugin_version (package_name, published_at);
      alter table plugin_package add foreign key (installed_id) references plugin_version deferrable initially deferred;
      create table plugin_claim (claim text primary key, package_name text not null references plugin_package);
      create table plugin_submission (
        id uuid primary key, user_id uuid not null unique references user_account, tarball bytea not null, signature json,
        created_at timestamptz not null, attempts int not null default 0, taken_until timestamptz, answer json
      );
    `)
  }
}
