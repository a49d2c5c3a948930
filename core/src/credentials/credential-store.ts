import type pg from 'pg'
import type { CredentialStore, CredentialType, Provider, Secret } from '../capabilities/index.ts'
import { throughOutages } from '../database/index.ts'
import { AshlarError, showValue } from '../errors/index.ts'
import { DEFAULT_NAME, placeOf } from './credentials.ts'
import type { SecretBox } from './secret-box.ts'

interface Row {
  id: string
  name: string
  type: CredentialType
  hosts: string[]
  secret: Buffer
  key_id: string
}

/** The credentials of the database, for blocks that run. */
export function createCredentialStore(
  pool: pg.Pool,
  box: SecretBox,
  findProvider: (name: string) => Provider | undefined,
): CredentialStore {
  return {
    async open(ownerId, provider, name) {
      const rows = await findRows(pool, ownerId, provider)
      const row = choose(rows, provider, name)
      const auth = findProvider(provider)?.auth.find(({ type }) => type === row.type)
      const hosts = hostsFor(row, findProvider(provider))
      if (!auth || hosts.length === 0)
        throw missing(provider, `provider ${provider} is not installed any more, or no longer takes what it is for`)
      const text = box.open({ bytes: row.secret, keyId: row.key_id }, placeOf(row.id, ownerId))
      await noteUse(pool, row.id)
      return { provider, name: row.name, hosts, auth, scopes: [], hidden: [], secret: JSON.parse(text) as Secret }
    },
  }
}

async function findRows(pool: pg.Pool, ownerId: string, provider: string): Promise<Row[]> {
  const text = 'select id, name, type, hosts, secret, key_id from credential where owner_id = $1 and provider = $2 order by id'
  return (await throughOutages(() => pool.query<Row>(text, [ownerId, provider]))).rows
}

function choose(rows: readonly Row[], provider: string, name: string | undefined): Row {
  if (name !== undefined) {
    const named = rows.find((row) => row.name === name)
    if (named) return named
    throw missing(provider, `you have none that is named ${showValue(name)}`)
  }
  const only = rows.length === 1 ? rows[0] : rows.find((row) => row.name === DEFAULT_NAME)
  if (only) return only
  const names = rows.map((row) => showValue(row.name)).join(', ')
  throw missing(
    provider,
    rows.length === 0 ? 'you have none' : `you have ${names}; say in the node's "credentials" which one it uses`,
  )
}

/** A provider that was changed gets the secret at no host that its owner has not agreed to. */
function hostsFor({ type, hosts }: Row, provider: Provider | undefined): string[] {
  return type === 'HOST_SCOPED' ? hosts : hosts.filter((host) => provider?.hosts.includes(host))
}

async function noteUse(pool: pg.Pool, id: string): Promise<void> {
  const text = `update credential set last_used_at = now()
                where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`
  await throughOutages(() => pool.query(text, [id]))
}

function missing(provider: string, why: string): AshlarError {
  return new AshlarError('CREDENTIAL_MISSING', `a credential for ${provider} is needed, and ${why}`, { details: { provider } })
}
