import type { CapabilityHosts } from '../../capabilities/index.ts'
import type { Database, Notifications } from '../../postgres/index.ts'
import type { Queue } from '../../postgres/queue/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import type { Workspaces } from '../../workspaces/index.ts'
import type { Quotas } from '../../domains/quotas/index.ts'
import type { Children, PlanCache } from '../lifecycle/index.ts'
import type { DriverParts } from '../driver/index.ts'
import type { JournalHealth } from '../journal/index.ts'

/** Takes executions from the queue and runs them. */
export interface Worker {
  /** Starts taking work. */
  start(): void
  /** The number of held executions. */
  active(): number
  /**
   * Stops taking work and hands over all executions. It hands over executions in which no block has external effects
   * immediately, and the others when their blocks end or the grace period ends. Idempotent.
   */
  close(): Promise<void>
}

export interface WorkerParts extends Pick<DriverParts, 'errorLocator' | 'deltas'> {
  quotas: Pick<Quotas, 'limitsOf'>
  /** A UUID, stored in the rows of the executions that the worker has leased. */
  id: string
  database: Database
  notifications: Notifications
  queue: Queue
  plans: PlanCache
  sandbox: Sandbox
  capabilities: CapabilityHosts
  children: Children
  retentionDays: number
  /** Undefined if blocks have no files. */
  workspaces?: Workspaces | undefined
  health: JournalHealth
  /** The time that blocks with external effects have to finish after {@link Worker.close}. Read at that time. */
  stopGraceMs(): number
  /** Maximum number of concurrent executions. @default 500 */
  capacity?: number
  onError(error: unknown): void
}
