import type pg from 'pg'
import type { EntityManager } from '@mikro-orm/postgresql'
import { mapPage, type Page, type PageRequest } from '../../base/index.ts'
import type { CredentialType } from '../../capabilities/index.ts'
import { listRows, where, type Condition, type ListSource } from '../../postgres/index.ts'
import { Credential } from './entities.ts'

/** A credential is in the list if it matches every given condition. */
export interface CredentialFilter {
  /** Qualified. */
  providers?: readonly string[] | undefined
  kinds?: readonly CredentialType[] | undefined
  statuses?: readonly Credential['status'][] | undefined
  name?: string | undefined
}

export type CredentialOrderField = 'CREATED_AT' | 'NAME' | 'PROVIDER'

const SORTS: Record<CredentialOrderField, ListSource['sort']> = {
  CREATED_AT: { sql: 't.created_at', type: 'timestamptz' },
  NAME: { sql: 't.name collate "C"', type: 'text' },
  PROVIDER: { sql: 't.provider collate "C"', type: 'text' },
}

/** Lists the credentials of each owner, without their secrets. */
export async function listCredentials(
  { pool, fork }: { pool: pg.Pool; fork(): EntityManager },
  ownerIds: readonly string[],
  request: PageRequest<CredentialFilter, CredentialOrderField>,
): Promise<Map<string, Page<Credential>>> {
  const { filter, orderBy } = request
  const source = {
    table: 'credential',
    parentColumn: 'owner_id',
    sort: SORTS[orderBy.field],
    conditions: toConditions(filter),
  }
  const pages = await listRows<CredentialRow>(pool, source, ownerIds, request)
  const em = fork()
  const toCredential = ({ secret: _secret, ...row }: CredentialRow): Credential => em.map(Credential, row)
  return new Map([...pages].map(([ownerId, page]) => [ownerId, mapPage(page, toCredential)]))
}

interface CredentialRow {
  id: string
  secret: Buffer
}

function toConditions({ providers, kinds, statuses, name }: CredentialFilter): Condition[] {
  return [
    ...(providers ? [where`t.provider = any(${providers})`] : []),
    ...(kinds ? [where`t.type = any(${kinds})`] : []),
    ...(statuses ? [where`t.status = any(${statuses})`] : []),
    ...(name === undefined ? [] : [where`t.name = ${name}`]),
  ]
}
