import { Migration } from '@mikro-orm/migrations'

/** The HTTP exchanges of executions that record them. `exchange` is JSON text. */
export class HttpExchanges extends Migration {
  override name = '20261130-http-exchanges'

  override up(): void {
    this.addSql('alter table execution add column records_http boolean not null default false')
    this.addSql(`
      create table http_exchange (
        id uuid primary key,
        execution_id uuid not null,
        node_id text not null,
        node_n int not null,
        at timestamptz not null default now(),
        exchange text not null
      )
    `)
    this.addSql('create index http_exchange_execution on http_exchange (execution_id, id)')
    this.addSql('create index http_exchange_at on http_exchange (at)')
  }
}
