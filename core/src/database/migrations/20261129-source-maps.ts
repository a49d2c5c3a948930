import { Migration } from '@mikro-orm/migrations'

/** Where the code of a bundle comes from, for errors of its blocks. Null: that is not known yet. */
export class SourceMaps extends Migration {
  override name = '20261129-source-maps'

  override up(): void {
    this.addSql('alter table plugin_bundle add column source_map text')
  }
}
