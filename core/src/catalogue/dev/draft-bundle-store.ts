import type { Database } from '../../postgres/index.ts'

/*
 * A plugin that is being written leaves a bundle at every change. `draft_at` of such a bundle says when it was last known to be loaded;
 * a minute later, when no process can be about to pin it, it is deleted, unless something names it: then it stays, and is a draft no more.
 */
const MARK = 'update plugin_bundle set draft_at = now() where digest = $1'
const IS_LOADED = 'exists (select from workspace_plugin w where w.digest = b.digest)'
const IS_OLD = `b.draft_at < now() - interval '1 minute'`
const IS_NAMED = `(
  exists (select from bundle_cache c where c.digest = b.digest)
  or exists (select from plugin_version v where v.digest = b.digest)
  or exists (select from graph_version g where strpos(g.blocks::text, b.digest) > 0))`
const DELETE = `delete from plugin_bundle b where ${IS_OLD} and not ${IS_LOADED} and not ${IS_NAMED}`
/** What the one above has not found old may be so by now: it must not stay for that. */
const RENEW = `
  update plugin_bundle b set draft_at = case when ${IS_LOADED} then now() end
  where b.draft_at is not null and (${IS_LOADED} or (${IS_OLD} and ${IS_NAMED}))`
const ARE_THERE = 'select 1 from plugin_bundle where draft_at is not null limit 1'

export async function markDraft({ pool }: Pick<Database, 'pool'>, digest: string): Promise<void> {
  await pool.query(MARK, [digest])
}

/** @returns whether there are any left that may have to be deleted later */
export async function deleteDrafts({ pool }: Pick<Database, 'pool'>): Promise<boolean> {
  await pool.query(DELETE)
  await pool.query(RENEW)
  return (await pool.query(ARE_THERE)).rowCount !== 0
}
