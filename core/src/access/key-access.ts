import { z } from 'zod'
import { AshlarError, describeIssue, isText, type Page } from '../base/index.ts'
import {
  accountNotFound,
  accountsOf,
  API_KEY_SCOPES,
  refuseActor,
  requireAllGraphs,
  requireScope,
  type ApiKey,
  type ApiKeyScope,
  type Caller,
} from '../domains/accounts/index.ts'
import type { ApiKeyRequest, ApiKeys, NewApiKey } from '../domains/callers/index.ts'
import { graphNotFound, type Graphs } from '../domains/graphs/index.ts'

export interface KeyServices {
  apiKeys: Pick<ApiKeys, 'create' | 'list' | 'find' | 'revoke'>
  graphs: Pick<Graphs, 'find'>
}

const MAX_IDS = 100
/** What a key may do that is limited to graphs. The other scopes reach beyond a graph. */
const GRAPH_SCOPES: readonly ApiKeyScope[] = ['READ_GRAPHS', 'EXECUTE', 'READ_EXECUTIONS']

const limitSchema = z.array(z.string()).min(1).max(MAX_IDS).nullable()
const keySchema = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => isText(name) && !/\p{Cc}/u.test(name), 'must be a text without control characters'),
  scopes: z.array(z.enum(API_KEY_SCOPES)).min(1),
  accountIds: limitSchema,
  graphIds: limitSchema,
  expiresAt: z.date().nullable(),
})

/**
 * The API keys of a caller: see {@link ApiKeys}. A caller cannot create a key that may do more than the caller.
 * A caller with a key that is limited to accounts cannot see or revoke keys that reach other accounts.
 */
export class KeyAccess {
  readonly #services: KeyServices
  readonly #caller: Caller

  constructor(services: KeyServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  /** @throws {AshlarError} BAD_INPUT FORBIDDEN NOT_FOUND CONFLICT */
  async create(key: NewApiKey): ReturnType<ApiKeys['create']> {
    const userId = this.#userToManage()
    refuseActor(this.#caller, 'create API keys')
    const valid = parseKey(key)
    this.#checkScopes(valid)
    this.#checkExpiry(valid.expiresAt)
    const accountIds = this.#checkAccounts(valid.accountIds)
    const graphIds = await this.#checkGraphs(valid.graphIds, accountIds)
    return this.#services.apiKeys.create(userId, { ...valid, scopes: [...new Set(valid.scopes)], accountIds, graphIds })
  }

  async list(request: ApiKeyRequest): Promise<Page<ApiKey>> {
    const userId = this.#userToManage()
    const { accountIds } = this.#caller
    const filter = { ...request.filter, accountIds: accountIds && [...accountIds] }
    return this.#services.apiKeys.list(userId, { ...request, filter })
  }

  async find(ids: readonly string[]): Promise<Map<string, ApiKey>> {
    const found = await this.#services.apiKeys.find(this.#userToManage(), ids)
    return new Map([...found].filter(([, key]) => this.#isVisible(key)))
  }

  /** @throws {AshlarError} NOT_FOUND FORBIDDEN */
  async revoke(id: string): Promise<ApiKey> {
    const isHidden = this.#caller.accountIds && !(await this.find([id])).has(id)
    const revoked = await this.#services.apiKeys.revoke(this.#userToManage(), isHidden ? '' : id)
    if (revoked) return revoked
    throw new AshlarError('NOT_FOUND', 'you have no API key with this id', { details: { path: ['apiKeyId'] } })
  }

  /** The accounts of a key that the caller may use. */
  accountsOf({ accountIds }: ApiKey): string[] | null {
    return accountIds?.filter((id) => this.#caller.roles.has(id)) ?? null
  }

  #isVisible({ accountIds }: ApiKey): boolean {
    const own = this.#caller.accountIds
    return !own || (accountIds?.every((id) => own.has(id)) ?? false)
  }

  #userToManage(): string {
    requireScope(this.#caller, 'MANAGE_ACCOUNT')
    requireAllGraphs(this.#caller, 'manage API keys')
    return this.#caller.user.id
  }

  #checkScopes({ scopes, graphIds }: NewApiKey & { scopes: readonly ApiKeyScope[] }): void {
    const own = this.#caller.scopes
    const missing = own && scopes.find((scope) => !own.has(scope))
    if (missing)
      throw forbidden(`the key of this request does not have the scope ${missing}, so it cannot give it to another key`, 'scopes')
    if (scopes.includes('ADMIN') && this.#caller.user.role !== 'OWNER')
      throw forbidden('only an administrator of the installation can create a key with the scope ADMIN', 'scopes')
    const broad = graphIds && scopes.find((scope) => !GRAPH_SCOPES.includes(scope))
    if (broad)
      throw badInput(`a key that is limited to graphs can have the scopes ${GRAPH_SCOPES.join(', ')}, but not ${broad}`, 'scopes')
  }

  #checkExpiry(expiresAt: Date | null): void {
    if (expiresAt && !(expiresAt.getTime() > Date.now())) throw badInput('expiresAt must be in the future', 'expiresAt')
    const own = this.#caller.expiresAt
    if (own && (!expiresAt || expiresAt > own))
      throw forbidden(
        `the key or token of this request expires at ${own.toISOString()}, so the new key must expire then or earlier`,
        'expiresAt',
      )
  }

  #checkAccounts(accountIds: readonly string[] | null): string[] | null {
    if (!accountIds) return this.#caller.accountIds ? accountsOf(this.#caller).slice() : null
    if (!accountIds.every((id) => this.#caller.roles.has(id))) throw accountNotFound(['accountIds'])
    return [...new Set(accountIds)]
  }

  async #checkGraphs(graphIds: readonly string[] | null, accountIds: string[] | null): Promise<string[] | null> {
    if (!graphIds) return null
    const owners = accountIds ?? accountsOf(this.#caller)
    const found = await this.#services.graphs.find(owners, graphIds)
    if (!graphIds.every((id) => found.has(id))) throw graphNotFound(['graphIds'])
    return [...new Set(graphIds)]
  }
}

function parseKey(key: NewApiKey): NewApiKey & { scopes: readonly ApiKeyScope[] } {
  const parsed = keySchema.safeParse(key)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const [field] = issue?.path ?? []
  if (!issue || typeof field !== 'string') throw parsed.error
  throw badInput(`${field} ${describeIssue(issue, key[field as keyof NewApiKey])}`, field)
}

function badInput(message: string, field: string): AshlarError {
  return new AshlarError('BAD_INPUT', message, { details: { path: [field] } })
}

function forbidden(message: string, field: string): AshlarError {
  return new AshlarError('FORBIDDEN', message, { details: { path: [field] } })
}
