import { Migration } from '@mikro-orm/migrations'

/**
 * Large values are compressed by the worker. `compressed` is the JSON text in the format zstd, and `bytes` its length
 * before. Rows from before this migration have a `value` instead.
 */
export class CompressedBlobs extends Migration {
  override name = '20261130-compressed-blobs'

  override up(): void {
    this.addSql('alter table blob add column compressed bytea, add column bytes int')
    this.addSql('alter table blob alter column compressed set storage external')
    this.addSql('alter table blob alter column value drop not null')
  }
}
