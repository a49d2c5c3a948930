import type pg from 'pg'
import { AshlarError, showValue } from '../../base/index.ts'
import type { Plugin, PluginReport } from '../../blocks/index.ts'
import { listClaims, claimTakenError } from '../registry/index.ts'
import { isPrerelease } from '../package/index.ts'
import type { ReadSubmission } from './check.ts'
import type { PluginVersion } from './plugin-version.ts'

/** Serializes transactions that publish or install plugins. */
export const LOCK_STORE_SQL = `select pg_advisory_xact_lock(hashtext('ashlar.store'))`

/**
 * Checks that a user may publish this version. A package belongs to the user who published its first version. After the
 * first signed version, all versions must be signed by the same key.
 *
 * @returns whether this version is already published, with the same content
 * @throws {AshlarError} FORBIDDEN SIGNATURE_INVALID CONFLICT
 */
export async function checkPublishable(
  client: pg.Pool | pg.PoolClient,
  userId: string,
  { packageFile: { name, version }, tarballDigest, signature }: ReadSubmission,
): Promise<boolean> {
  const { rows } = await client.query<{ owner_id: string; public_key: string | null; tarball_digest: string | null }>(
    `select owner_id, public_key, tarball_digest from plugin_package p
     left join plugin_version v on v.package_name = p.name and v.version = $2 where p.name = $1`,
    [name, version],
  )
  const [found] = rows
  if (!found) return false
  if (found.owner_id !== userId)
    throw new AshlarError('FORBIDDEN', `${name} belongs to the user who first published it; publish under another name`)
  if (found.tarball_digest === tarballDigest) return true
  if (found.tarball_digest !== null)
    throw conflict(`${name} ${version} is already published with different content; publish with a new version number`, 'tarball')
  if (found.public_key !== null && found.public_key !== signature?.publicKey)
    throw new AshlarError(
      'SIGNATURE_INVALID',
      `versions of ${name} must be signed by the key ${found.public_key}, which signed its first signed version; this one is ${signature ? `signed by ${signature.publicKey}` : 'not signed'}`,
      { details: { path: ['signature'] } },
    )
  return false
}

/**
 * Checks that no other published or loaded package has claimed the plugin's name or block ids.
 *
 * @param path the input field that contained the plugin
 * @throws {AshlarError} DUPLICATE_BLOCK
 */
export async function assertUnclaimed(
  client: pg.Pool | pg.PoolClient,
  plugin: Plugin,
  loaded: readonly PluginReport[],
  path: string,
): Promise<void> {
  const claims = listClaims(plugin)
  for (const report of loaded) {
    if (!report.plugin || report.packageName === plugin.packageName) continue
    const others = new Set(listClaims(report.plugin))
    const taken = claims.find((claim) => others.has(claim))
    if (taken !== undefined) throw claimTakenError(taken, report.packageName, path)
  }
  const { rows } = await client.query<{ claim: string; package_name: string }>(
    'select claim, package_name from plugin_claim where claim = any($1) and package_name <> $2 limit 1',
    [claims, plugin.packageName],
  )
  if (rows[0]) throw claimTakenError(rows[0].claim, rows[0].package_name, path)
}

/** @throws {AshlarError} FORBIDDEN */
export async function assertOwner(client: pg.Pool | pg.PoolClient, userId: string): Promise<void> {
  const { rowCount } = await client.query(`select 1 from app_user where id = $1 and role = 'OWNER'`, [userId])
  if (!rowCount) throw new AshlarError('FORBIDDEN', 'only the owner of the installation may change its plugins')
}

export function conflict(message: string, path: string): AshlarError {
  return new AshlarError('CONFLICT', message, { details: { path: [path] } })
}

/** @param versions the newest first @throws {AshlarError} NOT_FOUND */
export function chooseVersion(versions: PluginVersion[], packageName: string, wanted: string | undefined): PluginVersion {
  const newest = versions.find(({ version }) => !isPrerelease(version)) ?? versions[0]
  const found = wanted === undefined ? newest : versions.find(({ version }) => version === wanted)
  if (found) return found
  const message =
    versions.length === 0
      ? `${showValue(packageName)} has not been published to this installation`
      : `${packageName} has no version ${showValue(wanted)}; it has ${versions.map(({ version }) => version).join(', ')}`
  throw new AshlarError('NOT_FOUND', message, { details: { path: [versions.length === 0 ? 'packageName' : 'version'] } })
}

export function notInstalled(packageName: string): AshlarError {
  const message = `${showValue(packageName)} is not installed from the store`
  return new AshlarError('NOT_FOUND', message, { details: { path: ['packageName'] } })
}
