import { Migration } from '@mikro-orm/migrations'

/** The start time of the newest scan of a source whose result is stored, so that a caller can wait for a later scan. */
export class PluginScans extends Migration {
  override name = '20261129-plugin-scans'

  override up(): void {
    this.addSql('alter table plugin_workspace add column scanned_at timestamptz')
  }
}
