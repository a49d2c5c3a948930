import { Migration } from '@mikro-orm/migrations'

/** Bundles of plugins that are being written, of which there is one for every change: when each was last in use, as far as is known. */
export class DraftBundles extends Migration {
  override name = '20261128-draft-bundles'

  override up(): void {
    this.addSql(`
      alter table plugin_bundle add column draft_at timestamptz;
      create index plugin_bundle_draft on plugin_bundle (draft_at) where draft_at is not null;
    `)
  }
}
