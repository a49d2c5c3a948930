import type { Page, PageRequest } from '../base/index.ts'
import {
  accountsOf,
  assertRole,
  chooseAccount,
  hasRole,
  requireAllGraphs,
  requireScope,
  type Caller,
  type InAccount,
  type Need,
} from '../domains/accounts/index.ts'
import {
  credentialNotFound,
  type Authorizations,
  type Credential,
  type CredentialFilter,
  type CredentialOrderField,
  type Credentials,
  type NewCredential,
} from '../domains/credentials/index.ts'

export interface CredentialServices {
  authorizations: Authorizations
  credentials: Credentials
}

const NO_ITEMS = { items: [], hasMore: false }

const NEED: Need = { role: 'EDITOR', purpose: 'manage credentials' }

/** The credentials that a caller may manage: see {@link Credentials} for each method. */
export class CredentialAccess {
  readonly #services: CredentialServices
  readonly #caller: Caller

  constructor(services: CredentialServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  async add({ accountId, ...credential }: NewCredential & InAccount): Promise<Credential> {
    return this.#services.credentials.add(this.#account(accountId), credential)
  }

  async update(id: string, change: Parameters<Credentials['update']>[2]): Promise<Credential> {
    return this.#services.credentials.update(await this.#ownerOf(id), id, change)
  }

  async delete(id: string): Promise<Credential> {
    return this.#services.credentials.delete(await this.#ownerOf(id), id)
  }

  async list({
    accountId,
    ...request
  }: PageRequest<CredentialFilter, CredentialOrderField> & InAccount): Promise<Page<Credential>> {
    const chosen = this.#account(accountId)
    return (await this.listOfAccounts([chosen], request)).get(chosen) ?? NO_ITEMS
  }

  /** An account whose credentials the caller may not manage has an empty page. */
  async listOfAccounts(
    accountIds: readonly string[],
    request: PageRequest<CredentialFilter, CredentialOrderField>,
  ): Promise<Map<string, Page<Credential>>> {
    this.#assertScope()
    const manageable = accountIds.filter((id) => hasRole(this.#caller, id, NEED.role))
    const pages = await this.#services.credentials.list(manageable, request)
    return new Map(accountIds.map((id) => [id, pages.get(id) ?? NO_ITEMS]))
  }

  async find(ids: readonly string[]): Promise<Map<string, Credential>> {
    this.#assertScope()
    return this.#services.credentials.find(this.#manageable(), ids)
  }

  async startAuthorization({
    accountId,
    ...request
  }: Parameters<Authorizations['start']>[1] & InAccount): ReturnType<Authorizations['start']> {
    return this.#services.authorizations.start(this.#account(accountId), request, this.#caller.user.id)
  }

  async finishAuthorization(answer: Parameters<Authorizations['finish']>[1]): Promise<Credential> {
    this.#assertScope()
    return this.#services.authorizations.finish(this.#caller.user.id, answer, this.#manageable())
  }

  #account(accountId: string | undefined): string {
    this.#assertScope()
    return chooseAccount(this.#caller, accountId, NEED)
  }

  #assertScope(): void {
    requireScope(this.#caller, 'MANAGE_CREDENTIALS')
    requireAllGraphs(this.#caller, NEED.purpose)
  }

  #manageable(): readonly string[] {
    return accountsOf(this.#caller).filter((accountId) => hasRole(this.#caller, accountId, NEED.role))
  }

  async #ownerOf(id: string): Promise<string> {
    this.#assertScope()
    const [only, ...others] = accountsOf(this.#caller)
    const found = others.length === 0 ? undefined : await this.#services.credentials.find(accountsOf(this.#caller), [id])
    const ownerId = found ? found.get(id)?.ownerId : only
    if (ownerId === undefined) throw credentialNotFound()
    assertRole(this.#caller, ownerId, NEED, credentialNotFound)
    return ownerId
  }
}
