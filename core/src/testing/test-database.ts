import pg from 'pg'
import { toSourceSetId } from '../catalogue/index.ts'
import { createRuntime, ENTITIES } from '../create-runtime.ts'
import { openDatabase } from '../postgres/index.ts'

/**
 * The databases that {@link cloneDatabase} copies.
 *
 * - `COLD` is migrated and empty.
 * - `WARM` also has what the first start of a worker leaves behind: the queue, and the bundles and manifests of the
 *   built-in plugins. It lists no plugins.
 */
export type Template = 'COLD' | 'WARM'

const NAMES: Record<Template, string> = { COLD: 'ashlar_cold', WARM: 'ashlar_warm' }

/** Creates the templates on a new server. @param pluginRoots of the plugins whose bundles are cached */
export async function createTemplates(adminUrl: string, pluginRoots: readonly string[]): Promise<void> {
  await query(adminUrl, `create database ${NAMES.COLD}`)
  const database = await openDatabase({ url: withDatabase(adminUrl, NAMES.COLD), entities: ENTITIES })
  await database.close()
  await query(adminUrl, `create database ${NAMES.WARM} template ${NAMES.COLD}`)
  const url = withDatabase(adminUrl, NAMES.WARM)
  const failures: unknown[] = []
  const onError = (error: unknown): void => void failures.push(error)
  const runtime = await createRuntime({ databaseUrl: url, role: 'worker', pluginRoots, stopGraceMs: 0, onError })
  await runtime.close()
  if (failures.length > 0) throw new AggregateError(failures, 'the template database could not be created')
  await query(url, 'delete from workspace_plugin')
  await query(url, `update plugin_workspace set seen_at = '-infinity'`)
}

/** Creates a database with the current schema, in about 30 ms. @returns its URL */
export async function cloneDatabase(adminUrl: string, template: Template = 'WARM'): Promise<string> {
  const name = `ashlar_${crypto.randomUUID().replaceAll('-', '')}`
  await query(adminUrl, `create database ${name} template ${NAMES[template]}`)
  return withDatabase(adminUrl, name)
}

/** Lets workers with other plugin folders use the cached bundles as well. */
export async function shareBundles(url: string, pluginRoots: readonly string[]): Promise<void> {
  await query(url, SHARE, [toSourceSetId(pluginRoots, 'folders')])
}

const SHARE = `
  with workspace as (insert into plugin_workspace (id, seen_at) values ($1, now()) on conflict do nothing)
  insert into bundle_cache (workspace_id, folder, key, stamps, digest)
  select $1, folder, key, stamps, digest from bundle_cache on conflict do nothing`

async function query(url: string, statement: string, values?: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement, values)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
