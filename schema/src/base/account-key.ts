import type { Catalogue } from '@ashlar/core'
import type { SchemaContext } from './context.ts'

/**
 * Returns the id of a plugin, a block or a provider within its type. Accounts can install different versions of a
 * plugin, so that the id of what an account has installed starts with the id of the account.
 */
export function toAccountKey(accountId: string | undefined, id: string): string {
  return accountId === undefined ? id : `${accountId}:${id}`
}

/**
 * Loads plugins, blocks or providers. What the caller may not see is missing.
 *
 * @param find returns those with the given ids, by id
 * @returns by key
 */
export async function loadFromCatalogues<Item extends object>(
  keys: readonly string[],
  { api }: SchemaContext,
  find: (catalogue: Catalogue, ids: string[]) => ReadonlyMap<string, Item> | Promise<ReadonlyMap<string, Item>>,
  accountOf: (item: Item) => string | undefined,
): Promise<Map<string, Item>> {
  const found = new Map<string, Item>()
  const byAccount = Map.groupBy(keys.map(parseKey), ({ accountId }) => accountId)
  for (const [accountId, wanted] of byAccount) {
    const catalogue = await api.plugins.findCatalogue(accountId)
    if (!catalogue) continue
    const ids = wanted.map(({ id }) => id)
    for (const [id, item] of await find(catalogue, ids))
      if (accountOf(item) === accountId) found.set(toAccountKey(accountId, id), item)
  }
  return found
}

function parseKey(key: string): { accountId: string | undefined; id: string } {
  const [accountId, id] = key.split(':', 2)
  return id === undefined ? { accountId: undefined, id: key } : { accountId, id }
}
