import type { ClientBase, Pool } from 'pg'
import { AshlarError, Lru, isUuid } from '../../base/index.ts'
import { admitStarts, type Admission } from './admit-starts.ts'
import { LOCK_ACCOUNT } from './lock-accounts.ts'
import { countUse } from './quota-use.ts'
import {
  parseQuotas,
  quotaExceeded,
  QUOTA_NAMES,
  withOverrides,
  type QuotaLimits,
  type QuotaName,
  type QuotaOverrides,
} from './quota-limits.ts'

/** One quota of an account. */
export interface Quota {
  name: QuotaName
  /** What the account has. Null for sandbox memory, which each worker measures on its own. */
  used: number | null
  /** Null for no limit. */
  limit: number | null
}

/** Runs a statement whose parameters `$1`, `$2` occur once each, in this order. @returns its rows */
type RunStatement = (text: string, values: (string | number)[]) => Promise<unknown>

/** What accounts may have. The personal account of the owner of the installation has no limits by default. */
export interface Quotas {
  /** The quotas of each account, in the order of {@link QUOTA_NAMES}. */
  find(accountIds: readonly string[]): Promise<Map<string, Quota[]>>
  /**
   * Changes limits of an account. Processes use them after at most two seconds.
   *
   * @param changes null for no limit, undefined for the limit of the configuration. Other limits stay.
   * @throws {AshlarError} BAD_INPUT, NOT_FOUND for an unknown account
   */
  setQuota(accountId: string, changes: unknown): Promise<Quota[]>
  limitOf(accountId: string, name: QuotaName): Promise<number | null>
  limitsOf(accountIds: readonly string[], name: QuotaName): Promise<Map<string, number | null>>
  /**
   * Counts executions that are about to be inserted in the same transaction, one for each entry. Locks the accounts
   * with limits until its end.
   *
   * @returns an error QUOTA_EXCEEDED for each execution that must not be inserted
   */
  admitStarts(client: ClientBase, accountIds: readonly string[]): Promise<(AshlarError | undefined)[]>
  /**
   * Refuses the start of an account that was just refused, without a statement. It spares other accounts the work for
   * one that repeats its starts.
   *
   * @throws {AshlarError} QUOTA_EXCEEDED
   */
  refuseRepeated(accountId: string): void
  /**
   * Checks whether an account may have more graphs or published versions. Locks the account until the end of the
   * transaction, so that the caller can insert them.
   *
   * @param run runs a statement in the transaction
   * @throws {AshlarError} QUOTA_EXCEEDED
   */
  assertRoom(run: RunStatement, accountId: string, name: 'graphs' | 'publishedVersions', added: number): Promise<void>
}

/** Time for which a process uses the limits that it has read. */
const CACHE_MS = 2000
const MAX_CACHED = 10_000
/** Time for which a refused account is refused again without counting. */
const REFUSE_AGAIN_MS = 100

export function createQuotas(pool: Pool, defaults: QuotaLimits, now = () => performance.now()): Quotas {
  return new QuotaService(pool, defaults, now)
}

class QuotaService implements Quotas {
  readonly #pool: Pool
  readonly #defaults: QuotaLimits
  readonly #now: () => number
  readonly #cached = new Lru<string, { limits: QuotaLimits; until: number }>(MAX_CACHED)
  /** The reads of {@link limitOf} that have not ended. */
  readonly #reading = new Map<string, Promise<Map<string, QuotaLimits>>>()
  readonly #refused = new Lru<string, { error: AshlarError; until: number }>(MAX_CACHED)

  constructor(pool: Pool, defaults: QuotaLimits, now: () => number) {
    this.#pool = pool
    this.#defaults = defaults
    this.#now = now
  }

  async find(accountIds: readonly string[]): Promise<Map<string, Quota[]>> {
    const limits = await this.#read(this.#pool, accountIds)
    const uses = await countUse(this.#pool, [...limits.keys()])
    return new Map(
      [...limits].map(([id, each]) => [
        id,
        QUOTA_NAMES.map((name) => ({ name, used: uses.get(id)?.[name] ?? null, limit: each[name] })),
      ]),
    )
  }

  async setQuota(accountId: string, changes: unknown): Promise<Quota[]> {
    const parsed = parseQuotas(changes)
    const [set, removed] = [
      Object.fromEntries(Object.entries(parsed).filter(([, limit]) => limit !== undefined)),
      Object.entries(parsed).flatMap(([name, limit]) => (limit === undefined ? [name] : [])),
    ]
    const { rowCount } = await this.#pool.query(
      `insert into account_quota as q (account_id, limits, updated_at)
       select id, $2, now() from account where id = $1
       on conflict (account_id) do update set limits = (q.limits || excluded.limits) - $3::text[], updated_at = now()`,
      [isUuid(accountId) ? accountId : null, JSON.stringify(set), removed],
    )
    if (!rowCount) throw new AshlarError('NOT_FOUND', 'there is no account with this id', { details: { path: ['accountId'] } })
    this.#cached.delete(accountId)
    this.#refused.delete(accountId)
    return (await this.find([accountId])).get(accountId) ?? []
  }

  async limitOf(accountId: string, name: QuotaName): Promise<number | null> {
    const cached = this.#cached.get(accountId)
    if (cached && cached.until > this.#now()) return cached.limits[name]
    const reading = this.#reading.get(accountId) ?? this.#limitsOf(this.#pool, [accountId])
    this.#reading.set(accountId, reading)
    try {
      return (await reading).get(accountId)?.[name] ?? null
    } finally {
      this.#reading.delete(accountId)
    }
  }

  async limitsOf(accountIds: readonly string[], name: QuotaName): Promise<Map<string, number | null>> {
    return new Map([...(await this.#limitsOf(this.#pool, accountIds))].map(([id, limits]) => [id, limits[name]]))
  }

  async admitStarts(client: ClientBase, accountIds: readonly string[]): Promise<(AshlarError | undefined)[]> {
    const limits = await this.#limitsOf(client, [...new Set(accountIds)])
    const limited = [...limits].filter(([, each]) => each.concurrentExecutions !== null || each.executionsPerHour !== null)
    if (limited.length === 0) return accountIds.map(() => undefined)
    const wanted = new Map<string, number>()
    for (const id of accountIds) wanted.set(id, (wanted.get(id) ?? 0) + 1)
    const admissions = await admitStarts(
      client,
      limited.map(([accountId, each]) => ({ accountId, starts: wanted.get(accountId) ?? 0, limits: each })),
    )
    return accountIds.map((id) => this.#admitNext(id, admissions.get(id)))
  }

  refuseRepeated(accountId: string): void {
    const refused = this.#refused.get(accountId)
    if (refused && refused.until > this.#now()) throw refused.error
  }

  async assertRoom(run: RunStatement, accountId: string, name: 'graphs' | 'publishedVersions', added: number): Promise<void> {
    const limit = await this.limitOf(accountId, name)
    if (limit === null) return
    await run(LOCK_ACCOUNT, [accountId])
    const rows = await run(COUNT_SOME[name], [accountId, Math.max(0, limit - added + 1)])
    const used = (rows as { used: number }[])[0]?.used ?? 0
    if (used + added > limit) throw quotaExceeded(name, limit, used)
  }

  #admitNext(accountId: string, admission: Admission | undefined): AshlarError | undefined {
    if (!admission) return undefined
    if (admission.admitted > 0) {
      admission.admitted--
      return undefined
    }
    const { name, limit, used } = admission.reached
    const error = quotaExceeded(name, limit, used)
    this.#refused.set(accountId, { error, until: this.#now() + REFUSE_AGAIN_MS })
    return error
  }

  async #limitsOf(client: Pick<ClientBase, 'query'>, accountIds: readonly string[]): Promise<Map<string, QuotaLimits>> {
    const found = new Map<string, QuotaLimits>()
    for (const id of accountIds) {
      const cached = this.#cached.get(id)
      if (cached && cached.until > this.#now()) found.set(id, cached.limits)
    }
    const missing = accountIds.filter((id) => !found.has(id))
    if (missing.length === 0) return found
    for (const [id, limits] of await this.#read(client, missing)) {
      found.set(id, limits)
      this.#cached.set(id, { limits, until: this.#now() + CACHE_MS })
    }
    return found
  }

  async #read(client: Pick<ClientBase, 'query'>, accountIds: readonly string[]): Promise<Map<string, QuotaLimits>> {
    const { rows } = await client.query<{ id: string; limits: QuotaOverrides | null; isOwner: boolean }>(
      `select a.id, q.limits, coalesce(u.role = 'OWNER', false) as "isOwner" from account a
       left join account_quota q on q.account_id = a.id left join app_user u on u.id = a.id where a.id = any($1)`,
      [accountIds.filter(isUuid)],
    )
    return new Map(rows.map(({ id, limits, isOwner }) => [id, withOverrides(isOwner ? UNLIMITED : this.#defaults, limits ?? {})]))
  }
}

const UNLIMITED = Object.fromEntries(QUOTA_NAMES.map((name) => [name, null])) as Record<QuotaName, null>

/** Counts up to a number. */
const COUNT_SOME = {
  graphs: `select count(*)::int as used from (select from graph where owner_id = $1 and deleted_at is null limit $2) as counted`,
  publishedVersions: `
    select count(*)::int as used from (
      select from plugin_version v join plugin_package p on p.name = v.package_name where p.owner_id = $1 limit $2
    ) as counted`,
}
