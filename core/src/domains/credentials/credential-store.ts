import type pg from 'pg'
import {
  describeRemedy,
  type CredentialStore,
  type CredentialType,
  type HostProvider,
  type OpenedCredential,
  type Provider,
  type Secret,
} from '../../capabilities/index.ts'
import { retryDuringOutage } from '../../postgres/index.ts'
import { AshlarError, showValue } from '../../base/index.ts'
import { DEFAULT_NAME, sealingContext } from './credentials.ts'
import type { OpenTokens, RenewalParts, Renewals, TokenRow } from './renewals.ts'
import type { SecretBox } from './secret-box.ts'

interface Row extends TokenRow {
  type: CredentialType
  hosts: string[]
  scopes: string[]
}

/** Opens the credentials in the database for running blocks. */
export function createCredentialStore(
  { pool, box, findProvider }: Pick<RenewalParts, 'pool' | 'box' | 'findProvider'>,
  renewals: Renewals,
  findHost: (provider: string) => HostProvider | undefined = () => undefined,
): CredentialStore {
  return {
    async open(ownerId, provider, name) {
      const rows = await findRows(pool, ownerId, provider)
      const declared = await retryDuringOutage(() => findProvider(ownerId, provider))
      const row = selectRow(rows, { provider, name }, declared)
      const auth = declared?.auth.find(({ type }) => type === row.type)
      const hosts = listHosts(row, declared)
      if (!declared) throw missing(provider, `the provider is not installed: ${describeRemedy({ provider }, undefined)}`)
      if (!auth || hosts.length === 0) {
        const why = auth
          ? `is for ${row.hosts.join(', ')}, but the provider no longer names these hosts`
          : `is of type ${row.type}, which the provider no longer accepts`
        throw missing(
          provider,
          `"${row.name}" ${why}: delete it (deleteCredential), then ${describeRemedy({ provider, name: row.name }, listTypes(declared))}`,
        )
      }
      const opened = row.type === 'OAUTH2' ? await openTokens(renewals, row) : openSecret(box, row)
      await recordUse(pool, row.id)
      const ofAccount = declared.accountId !== undefined
      return {
        provider,
        name: row.name,
        hosts,
        auth,
        scopes: row.scopes,
        ofAccount,
        host: ofAccount ? undefined : findHost(provider),
        ...opened,
      }
    },
  }
}

type Opened = Pick<OpenedCredential, 'secret' | 'hidden' | 'renewAfter' | 'renew'>

function openSecret(box: SecretBox, row: Row): Opened {
  const text = box.open({ bytes: row.secret, keyId: row.key_id }, sealingContext(row.id, row.owner_id))
  return { secret: JSON.parse(text) as Secret, hidden: [] }
}

async function openTokens(renewals: Renewals, row: Row): Promise<Opened> {
  const tokens = toOpened(await renewals.open(row))
  const renew: Opened['renew'] = async (spent) => {
    if (spent.type !== 'OAUTH2') return undefined
    const renewed = await renewals.renew(row.id, spent.accessToken)
    return renewed && toOpened(renewed)
  }
  return { ...tokens, renew }
}

/** The refresh token is not part of the secret, but it is masked in responses. */
function toOpened(tokens: OpenTokens): Opened {
  const { accessToken, refreshToken } = tokens.secret
  return {
    secret: { type: 'OAUTH2', accessToken },
    hidden: refreshToken === undefined ? [] : [refreshToken],
    renewAfter: tokens.renewAfter,
  }
}

async function findRows(pool: pg.Pool, ownerId: string, provider: string): Promise<Row[]> {
  const text = `select id, owner_id, provider, name, type, hosts, scopes, status, secret, key_id, expires_at, renewed_at
                from credential where owner_id = $1 and provider = $2 order by id`
  return (await retryDuringOutage(() => pool.query<Row>(text, [ownerId, provider]))).rows
}

function selectRow(
  rows: readonly Row[],
  { provider, name }: { provider: string; name: string | undefined },
  declared: Provider | undefined,
): Row {
  const names = rows.map((row) => showValue(row.name)).join(', ')
  const remedy = describeRemedy({ provider, name }, listTypes(declared))
  if (name !== undefined) {
    const named = rows.find((row) => row.name === name)
    if (named) return named
    const others = rows.length > 0 ? `; you have ${names}. Name one of these in the node's "credentials", or` : ':'
    throw missing(provider, `you have none with the name ${showValue(name)}${others} ${remedy}`)
  }
  const only = rows.length === 1 ? rows[0] : rows.find((row) => row.name === DEFAULT_NAME)
  if (only) return only
  if (rows.length === 0) throw missing(provider, `you have none: ${remedy}`)
  const example = JSON.stringify({ [provider]: rows[0]?.name })
  throw missing(provider, `you have ${names}; select one in the node's "credentials", such as ${example}`)
}

function listTypes(provider: Provider | undefined): CredentialType[] | undefined {
  return provider?.auth.map(({ type }) => type)
}

/** Returns the hosts that the user has accepted and the provider still names. It names none if each credential does. */
function listHosts({ type, hosts }: Row, provider: Provider | undefined): string[] {
  const namesOwn = type === 'HOST_SCOPED' || type === 'ENDPOINT' || provider?.hosts.length === 0
  return namesOwn ? hosts : hosts.filter((host) => provider?.hosts.includes(host))
}

async function recordUse(pool: pg.Pool, id: string): Promise<void> {
  const text = `update credential set last_used_at = now()
                where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`
  await retryDuringOutage(() => pool.query(text, [id]))
}

function missing(provider: string, why: string): AshlarError {
  return new AshlarError('CREDENTIAL_MISSING', `a credential for ${provider} is needed, and ${why}`, { details: { provider } })
}
