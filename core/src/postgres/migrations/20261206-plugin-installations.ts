import { Migration } from '@mikro-orm/migrations'

/**
 * The plugins that accounts have installed for themselves. The installation's own plugins stay in `plugin_package` and
 * `workspace_plugin`.
 */
export class PluginInstallations extends Migration {
  override name = '20261206-plugin-installations'

  override up(): void {
    this.addSql(`
      create table plugin_installation (
        account_id uuid not null references account on delete cascade,
        package_name text not null references plugin_package on delete cascade,
        version_id text not null references plugin_version on delete cascade,
        installed_at timestamptz not null,
        primary key (account_id, package_name)
      );
      create index on plugin_installation (version_id);
    `)
  }
}
