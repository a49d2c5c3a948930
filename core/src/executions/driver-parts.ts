import type { CapabilityHosts } from '../capabilities/index.ts'
import type { ErrorLocator } from '../plugins/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { ChildRunParts } from './child-runs.ts'
import type { ExecutionEvent } from './events.ts'
import type { JournalEntry } from './journal-store.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { Plan } from './plan.ts'
import type { InputMasks } from './scheduler.ts'

/** An execution that a worker has taken. */
export interface TakenExecution {
  id: string
  depth: number
  ownerId: string
  graphId: string | null
  inputs: Record<string, unknown>
  masks: InputMasks | null
  plan: Plan
  entry: JournalEntry
  /** What the journal holds already. */
  events: ExecutionEvent[]
}

export interface DriverParts extends ChildRunParts {
  sandbox: Pick<Sandbox, 'call' | 'forget'>
  errorLocator: ErrorLocator
  capabilities: CapabilityHosts
  journal: JournalWriter
  /** The clock of the database, in milliseconds since 1970. */
  now(): number
  /** Everything left to do sleeps or waits for children: it may be given back. */
  onIdle(): void
  /** Between 0 and 1, for the jitter of a backoff. */
  random(): number
}
