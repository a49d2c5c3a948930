import type { Database } from '../../postgres/index.ts'

/*
 * A plugin in development leaves a bundle behind at every change. `draft_at` is the time at which the bundle was last seen loaded. A
 * minute later no process can still be about to pin it, so it is deleted. A bundle that something refers to stays and is no longer a draft.
 */
const MARK = 'update plugin_bundle set draft_at = now() where digest = $1'
const IS_LOADED = 'exists (select from workspace_plugin w where w.digest = b.digest)'
const IS_OLD = `b.draft_at < now() - interval '1 minute'`
const IS_NAMED = `(
  exists (select from bundle_cache c where c.digest = b.digest)
  or exists (select from plugin_version v where v.digest = b.digest)
  or exists (select from graph_version g where strpos(g.blocks::text, b.digest) > 0))`
const DELETE = `delete from plugin_bundle b where ${IS_OLD} and not ${IS_LOADED} and not ${IS_NAMED}`
/** A draft can expire after `DELETE` ran. `RENEW` must leave such a draft to the next sweep. */
const RENEW = `
  update plugin_bundle b set draft_at = case when ${IS_LOADED} then now() end
  where b.draft_at is not null and (${IS_LOADED} or (${IS_OLD} and ${IS_NAMED}))`
const FIND_ANY = 'select 1 from plugin_bundle where draft_at is not null limit 1'

export async function markDraft({ pool }: Pick<Database, 'pool'>, digest: string): Promise<void> {
  await pool.query(MARK, [digest])
}

/** @returns whether drafts are left that may have to be deleted later */
export async function deleteDrafts({ pool }: Pick<Database, 'pool'>): Promise<boolean> {
  await pool.query(DELETE)
  await pool.query(RENEW)
  return (await pool.query(FIND_ANY)).rowCount !== 0
}
