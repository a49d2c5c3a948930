import pg from 'pg'
import { openDatabase } from '../postgres/index.ts'
import { ENTITIES } from '../create-runtime.ts'

const TEMPLATE = 'ashlar_template'

/** Makes the migrated database that {@link cloneDatabase} copies. */
export async function createTemplate(adminUrl: string): Promise<void> {
  await onServer(adminUrl, `create database ${TEMPLATE}`)
  const database = await openDatabase({ url: withDatabase(adminUrl, TEMPLATE), entities: ENTITIES })
  await database.close()
}

/** @returns the url of a new database with the current schema, about 30 ms after */
export async function cloneDatabase(adminUrl: string): Promise<string> {
  const name = `ashlar_${crypto.randomUUID().replaceAll('-', '')}`
  await onServer(adminUrl, `create database ${name} template ${TEMPLATE}`)
  return withDatabase(adminUrl, name)
}

async function onServer(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
