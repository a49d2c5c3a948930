import { Migration } from '@mikro-orm/migrations'

/** The source map of a bundle, which locates errors of its blocks. Null if there is none yet. */
export class SourceMaps extends Migration {
  override name = '20261129-source-maps'

  override up(): void {
    this.addSql('alter table plugin_bundle add column source_map text')
  }
}
