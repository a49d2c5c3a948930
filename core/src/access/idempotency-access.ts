import type { Caller } from '../domains/accounts/index.ts'
import type { Callers } from '../domains/callers/index.ts'
import type { IdempotencyKeys, IdempotentRequest } from '../domains/idempotency/index.ts'

export interface IdempotencyServices {
  callers: Pick<Callers, 'ofUser'>
  idempotencyKeys: IdempotencyKeys
}

/** How the result of an operation is stored, and loaded for a repetition. */
export interface Repeatable<Result, Api> {
  /** @returns what {@link load} needs, as JSON: ids, and nothing secret */
  save(result: Result): unknown
  /**
   * @param saved what {@link save} returned, from JSON
   * @param api that of the caller as it is now, with all scopes: the first request needed none to return its result
   */
  load(saved: never, api: Api): Promise<Result>
}

/** Performs operations of a caller once for each idempotency key: see {@link IdempotencyKeys}. */
export class IdempotencyAccess<Api> {
  readonly #services: IdempotencyServices
  readonly #caller: Caller
  readonly #createApi: (caller: Caller) => Api

  constructor(services: IdempotencyServices, caller: Caller, createApi: (caller: Caller) => Api) {
    this.#services = services
    this.#caller = caller
    this.#createApi = createApi
  }

  async run<Result>(
    request: Omit<IdempotentRequest, 'userId'>,
    perform: () => Promise<Result>,
    { save, load }: Repeatable<Result, Api>,
  ): Promise<Result> {
    return this.#services.idempotencyKeys.run({ ...request, userId: this.#caller.user.id }, perform, {
      save,
      load: async (saved) => load(saved, this.#createApi(await this.#readCaller())),
    })
  }

  /** The first request may have added a role. */
  async #readCaller(): Promise<Caller> {
    const { scopes: _scopes, user, ...limits } = this.#caller
    const { roles } = await this.#services.callers.ofUser(user)
    const { accountIds } = limits
    return { ...limits, user, roles: new Map([...roles].filter(([id]) => !accountIds || accountIds.has(id))) }
  }
}
