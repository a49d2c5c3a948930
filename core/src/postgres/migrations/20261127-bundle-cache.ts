import { Migration } from '@mikro-orm/migrations'

/** The inputs of the bundles of a source. A bundle with unchanged inputs is not built again. */
export class BundleCache extends Migration {
  override name = '20261127-bundle-cache'

  override up(): void {
    this.addSql(`
      create table bundle_cache (
        workspace_id text not null references plugin_workspace on delete cascade, folder text not null,
        key text not null, stamps json not null, digest text not null references plugin_bundle,
        primary key (workspace_id, folder)
      );
    `)
  }
}
