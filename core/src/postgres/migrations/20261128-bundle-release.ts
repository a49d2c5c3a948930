import { Migration } from '@mikro-orm/migrations'

/** Which release has read the manifest of a bundle: a newer one reads it again, since it may ask for more. */
export class BundleRelease extends Migration {
  override name = '20261128-bundle-release'

  override up(): void {
    this.addSql(`alter table plugin_bundle add column release text not null default ''`)
  }
}
