import type pg from 'pg'
import { AshlarError, isUuid, showValue } from '../../../base/index.ts'
import type { Database } from '../../../postgres/index.ts'
import type { AvailablePlugins, PluginRegistry } from '../../../catalogue/registry/index.ts'
import type { Quotas } from '../../quotas/index.ts'
import { graphNotFound, type GraphVersion } from '../index.ts'

/** Gives graphs to other accounts. */
export interface GraphTransfers {
  /**
   * Gives a graph to another account, with the graphs that its active version runs. Executions, credentials and storage
   * stay with the former owner.
   *
   * @returns the ids of the graphs that were transferred, that of `graphId` first
   * @throws {AshlarError} NOT_FOUND, CONFLICT when a graph that stays runs one of the graphs, or
   * when the other account has not installed a plugin of the graphs, BAD_INPUT when the graph
   * belongs to the account, QUOTA_EXCEEDED when the other account may not have so many graphs
   */
  transfer(transfer: Transfer): Promise<string[]>
}

/** A graph and its present and future owner. */
interface Transfer {
  graphId: string
  ownerId: string
  newOwnerId: string
}

interface Parts {
  database: Database
  plugins: Pick<PluginRegistry, 'forAccount'>
  quotas: Pick<Quotas, 'assertRoom'>
}

export function createGraphTransfers(parts: Parts): GraphTransfers {
  return { transfer: (transfer) => transferGraph(parts, transfer) }
}

async function transferGraph({ database, plugins, quotas }: Parts, transfer: Transfer): Promise<string[]> {
  const { graphId, ownerId, newOwnerId } = transfer
  if (!isUuid(graphId)) throw graphNotFound()
  if (ownerId === newOwnerId)
    throw new AshlarError('BAD_INPUT', 'the graph already belongs to this account', { details: { path: ['accountId'] } })
  const [before, after] = await Promise.all([plugins.forAccount(ownerId), plugins.forAccount(newOwnerId)])
  return database.transact(async (client) => {
    const ids = await lockGraphs(client, transfer)
    await assertUnused(client, ids, ownerId)
    await assertInstalled(client, ids, { before, after })
    const run = async (text: string, values: unknown[]) => (await client.query<object>(text, values)).rows
    await quotas.assertRoom(run, newOwnerId, 'graphs', ids.length)
    await client.query('update graph set owner_id = $2, updated_at = now() where id = any($1)', [ids, newOwnerId])
    await client.query('update graph_version set owner_id = $2 where graph_id = any($1)', [ids, newOwnerId])
    return [graphId, ...ids.filter((id) => id !== graphId)]
  })
}

/** Another save may add graphs before the lock is granted. */
async function lockGraphs(client: pg.ClientBase, { graphId, ownerId }: Transfer): Promise<string[]> {
  for (let locked: string[] = []; ;) {
    const found = await client.query<{ id: string }>(FIND_GRAPHS, [graphId, ownerId])
    const ids = found.rows.map(({ id }) => id)
    if (ids.length === 0) throw graphNotFound()
    if (ids.every((id) => locked.includes(id))) return ids
    await client.query('select from graph where id = any($1) order by id for update', [ids])
    locked = ids
  }
}

/** The graph and those that it runs, if they have the same owner. A deleted graph still runs as a part of others. */
const FIND_GRAPHS = `
  with recursive moved as (
    select id, active_version_id from graph where id = $1 and owner_id = $2 and deleted_at is null
    union
    select child.id, child.active_version_id from moved
    join graph_version v on v.id = moved.active_version_id
    cross join lateral json_each_text(v.children) as link (node, version_id)
    join graph_version c on c.id = link.version_id::uuid
    join graph child on child.id = c.graph_id and child.owner_id = $2
  ) select id from moved`

const FIND_USERS = `
  select distinct g.name, child.name as child from graph g
  join graph_version v on v.id = g.active_version_id
  cross join lateral json_each_text(v.children) as link (node, version_id)
  join graph_version c on c.id = link.version_id::uuid
  join graph child on child.id = c.graph_id
  where g.owner_id = $2 and g.deleted_at is null and g.id <> all($1) and child.id = any($1) order by 1, 2 limit 5`

/** @throws {AshlarError} CONFLICT when the active version of a graph that stays runs one of the graphs */
async function assertUnused(client: pg.ClientBase, ids: readonly string[], ownerId: string): Promise<void> {
  const { rows } = await client.query<{ name: string; child: string }>(FIND_USERS, [ids, ownerId])
  if (rows.length === 0) return
  const users = rows.map(({ name, child }) => `${showValue(name)} runs ${showValue(child)}`).join(', ')
  const message = `graphs that would stay in the account run the graphs to transfer: ${users}. Transfer a copy (forkGraph), or change these graphs first`
  throw new AshlarError('CONFLICT', message, { details: { path: ['graphId'] } })
}

const FIND_PINS = 'select v.blocks from graph g join graph_version v on v.id = g.active_version_id where g.id = any($1)'

/**
 * An account runs only code of plugins that it can use.
 *
 * @throws {AshlarError} CONFLICT when an active version uses a block that the new owner does not have
 */
async function assertInstalled(
  client: pg.ClientBase,
  ids: readonly string[],
  { before, after }: Record<'before' | 'after', AvailablePlugins>,
): Promise<void> {
  const { rows } = await client.query<Pick<GraphVersion, 'blocks'>>(FIND_PINS, [ids])
  const pinned = rows.flatMap(({ blocks }) => Object.entries(blocks))
  const missing = pinned.filter(([, { id }]) => !after.block(id))
  if (missing.length === 0) return
  const names = missing.map(([reference, { id }]) => {
    const block = before.block(id)
    return block ? `${block.qualifiedName} of the plugin ${block.plugin.packageName}` : reference
  })
  const listed = [...new Set(names)].toSorted().slice(0, 5).join(', ')
  const message = `the account does not have all blocks of the graphs to transfer: ${listed}. Install the plugins in the account first (installPlugin)`
  throw new AshlarError('CONFLICT', message, { details: { path: ['accountId'] } })
}
