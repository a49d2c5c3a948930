import { Migration } from '@mikro-orm/migrations'

/** The workers of an installation and their isolation of sandbox processes, which gateways read. */
export class Workers extends Migration {
  override name = '20261129-workers'

  override up(): void {
    this.addSql(`create table worker (id uuid primary key, isolation text not null, seen_at timestamptz not null)`)
  }
}
