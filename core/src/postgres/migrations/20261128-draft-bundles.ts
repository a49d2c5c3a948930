import { Migration } from '@mikro-orm/migrations'

/** Bundles of plugins in development, one for each change, with the approximate time of their last use. */
export class DraftBundles extends Migration {
  override name = '20261128-draft-bundles'

  override up(): void {
    this.addSql(`
      alter table plugin_bundle add column draft_at timestamptz;
      create index plugin_bundle_draft on plugin_bundle (draft_at) where draft_at is not null;
    `)
  }
}
