import { Migration } from '@mikro-orm/migrations'

/**
 * The release that has read the manifest of a bundle. A newer release reads it again, because its manifests may have
 * more fields.
 */
export class BundleRelease extends Migration {
  override name = '20261128-bundle-release'

  override up(): void {
    this.addSql(`alter table plugin_bundle add column release text not null default ''`)
  }
}
