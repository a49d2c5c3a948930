import { Migration } from '@mikro-orm/migrations'

/** When the newest scan of a workspace whose result is in the tables began, so that a caller can wait for a later one. */
export class PluginScans extends Migration {
  override name = '20261129-plugin-scans'

  override up(): void {
    this.addSql('alter table plugin_workspace add column scanned_at timestamptz')
  }
}
