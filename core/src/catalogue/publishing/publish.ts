import type pg from 'pg'
import type { Database } from '../../postgres/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { type BundleStore, listClaims, type PluginRegistry } from '../registry/index.ts'
import { checkSubmission, readSubmission, type CheckedSubmission, type ReadSubmission } from './check.ts'
import { LOCK_STORE_SQL, assertUnclaimed, checkPublishable } from './packages.ts'
import type { GivenSignature } from './signature.ts'

/** A plugin version that an author submits. */
export interface Submission {
  /** The output of `npm pack`. */
  tarball: Uint8Array
  signature?: GivenSignature | undefined
}

export interface PublishParts {
  database: Database
  sandbox: Sandbox
  plugins: PluginRegistry
  bundles: BundleStore
  quotas: PublishQuota
}

/** The quota of the versions that a user may publish. */
export interface PublishQuota {
  /** @param run runs a statement in the transaction. @throws {AshlarError} QUOTA_EXCEEDED */
  assertRoom(
    run: (text: string, values: (string | number)[]) => Promise<unknown>,
    userId: string,
    name: 'publishedVersions',
    added: number,
  ): Promise<void>
}

/**
 * Checks a submission and publishes it, in one transaction.
 *
 * @param stopping aborts the checks
 * @returns the id of the version
 */
export async function publishSubmission(
  parts: PublishParts,
  userId: string,
  { tarball, signature }: Submission,
  stopping: AbortSignal,
): Promise<string> {
  const { database, sandbox, plugins, bundles, quotas } = parts
  const read = await readSubmission(tarball, signature ?? null)
  const id = `${read.packageFile.name}@${read.packageFile.version}`
  if (await checkPublishable(database.pool, userId, read)) return id
  const assertFree: Parameters<typeof checkSubmission>[2] = (plugin) =>
    assertUnclaimed(database.pool, plugin, plugins.reports(), 'tarball')
  const checked = await checkSubmission(read, sandbox, assertFree, stopping)
  await database.transact(async (client) => {
    await client.query(LOCK_STORE_SQL)
    if (await checkPublishable(client, userId, read)) return
    await quotas.assertRoom(async (text, values) => (await client.query(text, values)).rows, userId, 'publishedVersions', 1)
    await assertUnclaimed(client, checked.plugin, plugins.reports(), 'tarball')
    await bundles.save([checked.plugin], client)
    await insert(client, id, userId, read, checked)
  })
  return id
}

async function insert(
  client: pg.PoolClient,
  id: string,
  userId: string,
  { packageFile: { name, version, description }, tarballDigest, signature }: ReadSubmission,
  { plugin, report }: CheckedSubmission,
): Promise<void> {
  await client.query(
    `insert into plugin_package (name, owner_id, public_key) values ($1, $2, $3)
     on conflict (name) do update set public_key = coalesce(plugin_package.public_key, excluded.public_key)`,
    [name, userId, signature?.publicKey ?? null],
  )
  await client.query(
    `insert into plugin_version
       (id, package_name, version, digest, tarball_digest, description, published_at, published_by, report, signature)
     values ($1, $2, $3, $4, $5, $6, now(), $7, $8, $9)`,
    [id, name, version, plugin.bundle.digest, tarballDigest, description, userId, report, signature].map(toColumn),
  )
  await client.query(
    'insert into plugin_claim (claim, package_name) select unnest($1::text[]), $2 on conflict (claim) do nothing',
    [listClaims(plugin), name],
  )
}

/** `pg` would convert an array to a Postgres array, not to JSON. */
function toColumn(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
