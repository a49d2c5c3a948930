import type { CapabilityHosts } from '../../capabilities/index.ts'
import type { ErrorLocator } from '../../catalogue/registry/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import type { ChildRunParts } from './child-runs.ts'
import type { Folded, Plan, InputMasks } from '../../engine/index.ts'
import type { DeltaSender } from '../deltas/index.ts'
import type { JournalEntry, JournalWriter } from '../journal/index.ts'
import type { RunInputsParts } from './inputs/index.ts'
import type { RunOutputsParts } from './outputs/index.ts'

/** An execution that a worker has leased. */
export interface TakenExecution {
  id: string
  depth: number
  ownerId: string
  graphId: string | null
  /** The limit of the account's own sandbox processes. Null for that of all processes. */
  sandboxMemoryMb: number | null
  recordsHttp: boolean
  inputs: Record<string, unknown>
  masks: InputMasks | null
  plan: Plan
  entry: JournalEntry
  /** The state after the events that the journal already contains. */
  folded: Folded
}

export interface DriverParts extends ChildRunParts, RunOutputsParts, RunInputsParts {
  sandbox: Pick<Sandbox, 'call' | 'forget'>
  errorLocator: ErrorLocator
  capabilities: CapabilityHosts
  journal: JournalWriter
  deltas: DeltaSender
  /** The clock of the database, in milliseconds since 1970. */
  now(): number
  /** Called when all remaining work sleeps or waits for children, so that the execution can be released. */
  onIdle(): void
  /** Returns a number between 0 and 1, for the jitter of a backoff. */
  random(): number
}
