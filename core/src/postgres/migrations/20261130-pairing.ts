import { Migration } from '@mikro-orm/migrations'

/**
 * Versions that were saved before documents had `pairing` run as before. The text of a document is extended, because
 * the JSON functions of Postgres reject the escape `\u0000`, which constants can contain.
 */
export class Pairing extends Migration {
  override name = '20261130-pairing'

  override up(): void {
    this.addSql(`
      update graph_version
      set document = (left(rtrim(document::text, e' \\t\\n\\r'), -1) || ',"pairing":"FIFO"}')::json
    `)
  }
}
