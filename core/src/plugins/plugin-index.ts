import { channelName, type Database } from '../database/index.ts'
import type { PluginReport } from './block.ts'
import type { BundleStore, LoadReports } from './registry.ts'

/** Which plugins the workers of the installation have, as rows: what gateways go by. */
export interface PluginIndex {
  /** Tells when it differs from what was there. */
  write(reports: PluginReport[]): Promise<void>
  read: LoadReports
}

interface Row {
  package_name: string
  version: string
  status: PluginReport['status']
  digest: string | null
  error: PluginReport['error'] | null
}

export function createPluginIndex({ pool, transact }: Database, bundles: BundleStore): PluginIndex {
  const rows = async (): Promise<Row[]> =>
    (await pool.query<Row>('select package_name, version, status, digest, error from plugin order by position')).rows
  return {
    async write(reports) {
      const wanted = reports.map(toRow)
      if (JSON.stringify(await rows()) === JSON.stringify(wanted)) return
      await transact(async (client) => {
        await client.query('lock table plugin in exclusive mode')
        await client.query('delete from plugin')
        await client.query(
          `insert into plugin (package_name, version, status, digest, error, position)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::json[]) with ordinality`,
          columnsOf(wanted),
        )
        await client.query(`select pg_notify('${channelName('plugins')}', '')`)
      })
    },
    async read(known) {
      const found = await rows()
      return Promise.all(
        found.map(async ({ package_name: packageName, version, status, digest, error }) => {
          const plugin = digest === null ? undefined : (known.get(digest) ?? (await bundles.find(digest)))
          return { packageName, version, status, ...(plugin && { plugin }), ...(error && { error }) }
        }),
      )
    },
  }
}

function toRow({ packageName, version, status, plugin, error }: PluginReport): Row {
  return { package_name: packageName, version, status, digest: plugin?.bundle.digest ?? null, error: error ?? null }
}

function columnsOf(rows: Row[]): unknown[][] {
  return [
    rows.map((row) => row.package_name),
    rows.map(({ version }) => version),
    rows.map(({ status }) => status),
    rows.map(({ digest }) => digest),
    rows.map(({ error }) => (error ? JSON.stringify(error) : null)),
  ]
}
