import type { Capabilities } from '../capabilities/index.ts'
import type { Database, Notifications } from '../database/index.ts'
import type { Queue } from '../queue/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import type { Children } from './children.ts'
import type { DriverParts } from './driver-parts.ts'
import type { JournalHealth } from './journal-health.ts'
import type { Plans } from './plans.ts'

/** Takes executions from the queue and carries them out. */
export interface Worker {
  /** Begins to take work. */
  start(): void
  /** Executions in hand. */
  active(): number
  /**
   * Takes no more work and hands over what is in hand: executions in which no block acts on the outside at once, the others as
   * their blocks end, at the latest after the grace period. Idempotent.
   */
  close(): Promise<void>
}

export interface WorkerParts extends Pick<DriverParts, 'errorLocator'> {
  /** A UUID, told in the executions that it has. */
  id: string
  database: Database
  notifications: Notifications
  queue: Queue
  plans: Plans
  sandbox: Sandbox
  capabilities: Capabilities
  children: Children
  retentionDays: number
  /** None where blocks have no files. */
  workspaces?: Workspaces | undefined
  health: JournalHealth
  /** How long blocks that act on the outside may go on after {@link Worker.close}; asked for then. */
  stopGraceMs(): number
  /** Executions at once. @default 500 */
  capacity?: number
  onError(error: unknown): void
}
