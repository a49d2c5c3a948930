import type pg from 'pg'
import { compareVersions } from '../package/index.ts'

/** A published package, as the store offers it. */
export interface Listing {
  packageName: string
  /** The version that new graph versions pin. */
  installedVersion: string | null
  newestVersion: string
}

/** Lists the published packages by name. */
export async function findListings(pool: pg.Pool): Promise<Listing[]> {
  const { rows } = await pool.query<{ name: string; installed: string | null; versions: string[] }>(
    `select p.name, i.version as installed, array_agg(v.version) as versions
     from plugin_package p join plugin_version v on v.package_name = p.name left join plugin_version i on i.id = p.installed_id
     group by p.name, i.version order by p.name`,
  )
  return rows.map(({ name: packageName, installed: installedVersion, versions }) => {
    const newestVersion = versions.toSorted(compareVersions).at(-1) ?? ''
    return { packageName, installedVersion, newestVersion }
  })
}
