import { randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import { UniqueConstraintViolationException, type EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import { hostOfBaseUrl, secretHostSchema, secretSchema, type Provider, type Secret } from '../../capabilities/index.ts'
import {
  isUuid,
  toOwnerIds,
  AshlarError,
  describeSecretIssue,
  showFaults,
  showValue,
  type Owners,
  type Page,
  type PageRequest,
} from '../../base/index.ts'
import { Credential } from './entities.ts'
import type { FindProvider } from './find-provider.ts'
import { listCredentials, type CredentialFilter, type CredentialOrderField } from './list-credentials.ts'
import type { Sealed, SecretBox } from './secret-box.ts'

/**
 * The credentials of accounts for external services. A secret is returned only to requests, and to blocks that may
 * reveal it.
 */
export interface Credentials {
  /** @throws {AshlarError} BAD_INPUT CONFLICT */
  add(ownerId: string, credential: NewCredential): Promise<Credential>
  /**
   * Changes the name or the secret; an undefined field stays unchanged.
   *
   * @throws {AshlarError} NOT_FOUND BAD_INPUT CONFLICT
   */
  update(ownerId: string, id: string, change: { name?: string | undefined; secret?: unknown }): Promise<Credential>
  /** Deletes a credential, and revokes its tokens. Its users then fail. @throws {AshlarError} NOT_FOUND */
  delete(ownerId: string, id: string): Promise<Credential>
  /** Lists the credentials of each owner. */
  list(
    ownerIds: readonly string[],
    request: PageRequest<CredentialFilter, CredentialOrderField>,
  ): Promise<Map<string, Page<Credential>>>
  find(owners: Owners, ids: readonly string[]): Promise<Map<string, Credential>>
}

export interface NewCredential {
  /** Qualified. */
  provider: string
  /** @default 'default' */
  name?: string | undefined
  /** See `Secret`. */
  secret: unknown
  /** Only for a secret of type HOST_SCOPED, or for a provider without hosts of its own. */
  hosts?: readonly string[] | undefined
}

export const DEFAULT_NAME = 'default'

export const nameSchema = z.string().trim().min(1).max(100)
const hostsSchema = z.array(secretHostSchema).min(1).max(50)

interface CredentialParts {
  pool: pg.Pool
  fork(): EntityManager
  box: SecretBox
  findProvider: FindProvider
  providerNames(ownerId: string): Promise<string[]>
  /** Revokes the tokens of a deleted credential, in the background. */
  revoke(credential: Credential): void
}

export function createCredentials(parts: CredentialParts): Credentials {
  const { fork, box } = parts
  const get = async (em: EntityManager, ownerId: string, id: string): Promise<Credential> => {
    const found = isUuid(id) ? await em.findOne(Credential, { id, ownerId }) : null
    if (!found) throw credentialNotFound()
    return found
  }
  return {
    add: (ownerId, given) => add(parts, ownerId, given),
    async update(ownerId, id, change) {
      const em = fork()
      const credential = await get(em, ownerId, id)
      if (change.name !== undefined) credential.name = parse(nameSchema, change.name, 'name')
      if (change.secret !== undefined) {
        const given = parse(secretSchema, change.secret, 'secret')
        if (given.type !== credential.type) throw wrongType(given.type, [credential.type])
        const secret = withBaseUrl(given, await parts.findProvider(ownerId, credential.provider))
        if (secret.type === 'ENDPOINT') credential.hosts = hostsOf(secret)
        Object.assign(credential, toColumns(box.seal(JSON.stringify(secret), sealingContext(id, ownerId))))
      }
      credential.updatedAt = new Date()
      await flush(em, credential.provider, credential.name)
      return credential
    },
    async delete(ownerId, id) {
      const em = fork()
      const credential = await get(em, ownerId, id)
      if (credential.type === 'OAUTH2') await em.populate(credential, ['secret'])
      await em.remove(credential).flush()
      if (credential.type === 'OAUTH2') parts.revoke(credential)
      return credential
    },
    list: (ownerIds, request) => listCredentials(parts, ownerIds, request),
    async find(owners, ids) {
      const found = await fork().find(Credential, { ownerId: { $in: [...toOwnerIds(owners)] }, id: { $in: ids.filter(isUuid) } })
      return new Map(found.map((credential) => [credential.id, credential]))
    },
  }
}

/** Also the error for a credential of another owner. */
export function credentialNotFound(): AshlarError {
  return new AshlarError('NOT_FOUND', 'there is no credential with this id', { details: { path: ['credentialId'] } })
}

async function add({ fork, box, ...parts }: CredentialParts, ownerId: string, given: NewCredential): Promise<Credential> {
  const provider = await parts.findProvider(ownerId, given.provider)
  if (!provider) throw unknownProvider(given.provider, await parts.providerNames(ownerId))
  const secret = parseSecret(given.secret, provider)
  const name = parse(nameSchema, given.name ?? DEFAULT_NAME, 'name')
  const [id, now, em] = [randomUUIDv7(), new Date(), fork()]
  const credential = em.create(Credential, {
    id,
    ownerId,
    provider: provider.qualifiedName,
    name,
    type: secret.type,
    hosts: parseHosts(secret, provider, given.hosts),
    ...toColumns(box.seal(JSON.stringify(secret), sealingContext(id, ownerId))),
    status: 'READY',
    scopes: [],
    expiresAt: null,
    renewedAt: null,
    renewalUntil: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
  })
  await flush(em, provider.qualifiedName, name)
  return credential
}

/** The context for which the secret of a credential is sealed; see {@link SecretBox}. */
export function sealingContext(id: string, ownerId: string): string {
  return `credential ${id} of ${ownerId}`
}

export function toColumns({ bytes, keyId }: Sealed): { secret: Buffer; keyId: string } {
  return { secret: Buffer.from(bytes), keyId }
}

export async function flush(em: EntityManager, provider: string, name: string): Promise<void> {
  try {
    await em.flush()
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error
    const message = `you already have a credential for ${provider} with the name ${showValue(name)}: use another name, or change the existing credential with updateCredential`
    throw new AshlarError('CONFLICT', message, { details: { path: ['name'] } })
  }
}

function parseSecret(given: unknown, { qualifiedName, auth }: Provider): Secret {
  const secret = parse(secretSchema, given, 'secret')
  const types = auth.map(({ type }) => type)
  if (!types.includes(secret.type)) throw wrongType(secret.type, types, qualifiedName)
  return withBaseUrl(secret, { auth })
}

/** Fills in the base URL that the provider declares. */
function withBaseUrl(secret: Secret, provider: Pick<Provider, 'auth'> | undefined): Secret {
  if (secret.type !== 'ENDPOINT' || secret.baseUrl !== undefined) return secret
  const declared = provider?.auth.find((auth) => auth.type === 'ENDPOINT')
  if (!declared) throw badInput('secret', 'secret must have a baseUrl, because its provider is not installed')
  return { ...secret, baseUrl: declared.baseUrl }
}

function hostsOf({ baseUrl }: Extract<Secret, { type: 'ENDPOINT' }>): string[] {
  return baseUrl === undefined ? [] : [hostOfBaseUrl(baseUrl)]
}

function parseHosts(secret: Secret, { hosts, qualifiedName }: Provider, given: readonly string[] | undefined): string[] {
  if (secret.type === 'ENDPOINT' && given === undefined) return hostsOf(secret)
  if (secret.type === 'ENDPOINT') throw badInput('hosts', 'hosts must be omitted, because the base URL names the host')
  if (secret.type === 'HOST_SCOPED' || hosts.length === 0) return parse(hostsSchema, given ?? [], 'hosts')
  if (given === undefined) return hosts
  throw badInput('hosts', `hosts must be omitted, because ${qualifiedName} declares its own: ${hosts.join(', ')}`)
}

/** The error does not contain the value, which may be a secret. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: describeSecretIssue(issue) }))
  const message = `${path} is invalid: ${showFaults(faults)}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: [path], faults } })
}

function wrongType(type: string, expected: readonly string[], provider?: string): AshlarError {
  return badInput('secret', `secret must be of type ${expected.join(' or ')}${provider ? ` for ${provider}` : ''}, got ${type}`)
}

export function unknownProvider(name: string, all: readonly string[]): AshlarError {
  return badInput('provider', `there is no provider ${showValue(name)}; available providers: ${all.join(', ') || 'none'}`)
}

export function badInput(path: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', message, { details: { path: [path] } })
}
