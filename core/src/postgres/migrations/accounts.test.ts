import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ENTITIES } from '../../create-runtime.ts'
import { cloneDatabase } from '../../testing/test-database.ts'
import { openDatabase } from '../index.ts'

/** Changes the tables back to those before the migration. */
const UNDO = `
  delete from migration where name = '20261201-accounts';
  drop table invitation, member;
  alter table graph drop constraint graph_owner_id_fkey;
  alter table graph_version drop constraint graph_version_owner_id_fkey;
  alter table execution drop constraint execution_owner_id_fkey;
  alter table block_storage drop constraint block_storage_owner_id_fkey;
  alter table block_storage_use drop constraint block_storage_use_owner_id_fkey;
  alter table credential drop constraint credential_owner_id_fkey;
  alter table oauth_authorization drop constraint oauth_authorization_owner_id_fkey;
  drop table account cascade; -- also the constraints of later tables
  alter table app_user rename to user_account;
  alter table graph add foreign key (owner_id) references user_account;
  alter table graph_version add foreign key (owner_id) references user_account;
  alter table execution add foreign key (owner_id) references user_account;
  alter table block_storage add foreign key (owner_id) references user_account;
  alter table block_storage_use add foreign key (owner_id) references user_account;
  alter table credential add foreign key (owner_id) references user_account;
  alter table oauth_authorization add foreign key (owner_id) references user_account;
  create table execution_start_key (owner_id uuid not null references user_account, key text);`

let url: string
let pool: pg.Pool
beforeAll(async () => {
  url = await cloneDatabase(inject('postgresUrl'), 'COLD')
  pool = new pg.Pool({ connectionString: url, max: 1 })
})
afterAll(() => pool.end())

it('gives each user a personal account, which owns what belonged to the user', async () => {
  await pool.query(UNDO)
  const [ada, bob, version] = [randomUUID(), randomUUID(), randomUUID()]
  await pool.query(`insert into user_account values ($1, 'Ada', 'OWNER', '2026-01-01'), ($2, 'Bob', 'MEMBER', now())`, [ada, bob])
  await pool.query(`insert into graph_version values ($1, null, $2, 1, '{}', '{}', '{}', '{}', '{}', now())`, [version, bob])
  await pool.query(
    `insert into execution (id, owner_id, version_id, status, inputs, outputs, failed_nodes, created_at)
     select gen_random_uuid(), $1, $2, 'COMPLETED', '{}', '{}', '[]', now() from generate_series(1, 1000)`,
    [bob, version],
  )
  await (await openDatabase({ url, entities: ENTITIES })).close()

  const { rows: accounts } = await pool.query(
    `select a.kind, a.name, a.created_at = u.created_at as same_time, m.role, m.user_id = u.id as own
     from account a join app_user u on u.id = a.id join member m on m.account_id = a.id order by a.name`,
  )
  expect(accounts).toEqual([
    { kind: 'PERSONAL', name: 'Ada', same_time: true, role: 'OWNER', own: true },
    { kind: 'PERSONAL', name: 'Bob', same_time: true, role: 'OWNER', own: true },
  ])
  const { rows } = await pool.query('select owner_id, count(*)::int as count from execution group by 1')
  expect(rows).toEqual([{ owner_id: bob, count: 1000 }])
  const stranger = pool.query(`update execution set owner_id = $1`, [randomUUID()])
  await expect(stranger).rejects.toMatchObject({ constraint: 'execution_owner_id_fkey' })
})
