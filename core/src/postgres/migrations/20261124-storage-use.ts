import { Migration } from '@mikro-orm/migrations'

/**
 * Counts the contents of each place of block storage, to limit them. A value and its key count as a whole number of
 * KiB.
 */
export class StorageUse extends Migration {
  override name = '20261124-storage-use'

  override up(): void {
    this.addSql(`
      alter table block_storage add column kib int;
      update block_storage set kib = ceil((octet_length(key) + octet_length(value::text)) / 1024.0);
      alter table block_storage alter column kib set not null;
      create table block_storage_use (
        owner_id uuid not null references user_account, scope text not null, keys int not null, kib int not null,
        primary key (owner_id, scope)
      );
      insert into block_storage_use select owner_id, scope, count(*), sum(kib) from block_storage group by owner_id, scope;
    `)
  }
}
