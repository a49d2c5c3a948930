import type { ClientBase } from 'pg'

/** Locks one account like {@link lockAccounts}. */
export const LOCK_ACCOUNT = `select pg_advisory_xact_lock(hashtextextended('ashlar.quota:' || $1::text, 0))`

/**
 * Locks accounts until the end of the transaction, so that what they have can be counted and added to. Locks in the
 * order of the ids, so that transactions cannot block each other.
 */
export async function lockAccounts(client: ClientBase, accountIds: readonly string[]): Promise<void> {
  await client.query({
    name: 'ashlar-quota-lock',
    text: `select pg_advisory_xact_lock(key) from
             (select hashtextextended('ashlar.quota:' || id, 0) as key from unnest($1::text[]) as id order by 1) as keys`,
    values: [accountIds],
  })
}
