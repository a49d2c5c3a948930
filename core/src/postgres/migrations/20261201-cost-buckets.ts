import { Migration } from '@mikro-orm/migrations'

/**
 * What keys and accounts have spent and is not restored yet. The table is unlogged, because it is written every second
 * and a limit may start again after a crash of the database.
 */
export class CostBuckets extends Migration {
  override name = '20261201-cost-buckets'

  override up(): void {
    this.addSql(`
      create unlogged table cost_bucket (
        name text primary key, level double precision not null, restore_rate double precision not null, at timestamptz not null
      ) with (fillfactor = 50)
    `)
  }
}
