import { AshlarError, type Page } from '../base/index.ts'
import {
  refuseActor,
  requireScope,
  type BrowserSessions,
  type Caller,
  type OpenSession,
  type SessionRequest,
} from '../domains/accounts/index.ts'

export interface SessionServices {
  browserSessions: Pick<BrowserSessions, 'list' | 'find' | 'endOne' | 'endOthers'>
}

/**
 * The browser sessions of a caller: see {@link BrowserSessions}. A session has no limits, so a limited key cannot
 * manage sessions.
 */
export class SessionAccess {
  readonly #services: SessionServices
  readonly #caller: Caller

  constructor(services: SessionServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  async list(request: SessionRequest): Promise<Page<OpenSession>> {
    return this.#services.browserSessions.list(this.#user(), request)
  }

  async find(ids: readonly string[]): Promise<Map<string, OpenSession>> {
    return this.#services.browserSessions.find(this.#user(), ids)
  }

  /** Whether the session authenticated the caller. */
  isCurrent({ hash }: OpenSession): boolean {
    return hash === this.#caller.session?.id
  }

  /** @throws {AshlarError} NOT_FOUND FORBIDDEN */
  async end(id: string): Promise<OpenSession> {
    const userId = this.#user()
    refuseActor(this.#caller, 'end sessions')
    const ended = await this.#services.browserSessions.endOne(userId, id)
    if (ended) return ended
    throw new AshlarError('NOT_FOUND', 'you have no session with this id', { details: { path: ['browserSessionId'] } })
  }

  /** Ends all sessions except that of the caller. @returns the sessions that were ended */
  async endOthers(): Promise<OpenSession[]> {
    const userId = this.#user()
    refuseActor(this.#caller, 'end sessions')
    return this.#services.browserSessions.endOthers(userId, this.#caller.session?.id)
  }

  #user(): string {
    requireScope(this.#caller, 'MANAGE_ACCOUNT')
    const { user, accountIds, graphIds } = this.#caller
    if (!accountIds && !graphIds) return user.id
    const message = 'the key of this request is limited to accounts or graphs: use another key to manage sessions'
    throw new AshlarError('FORBIDDEN', message)
  }
}
