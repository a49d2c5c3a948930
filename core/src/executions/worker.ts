import type { Database, Notifications } from '../database/index.ts'
import type { Capabilities } from '../capabilities/index.ts'
import { AshlarError } from '../errors/index.ts'
import type { Lease, Queue } from '../queue/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { Children } from './children.ts'
import type { DriverParts, TakenExecution } from './driver-parts.ts'
import { ExecutionDriver } from './driver.ts'
import type { JournalEvent } from './events.ts'
import { greedyOwners } from './fairness.ts'
import { lastSeqOf, readEvents, readJournal } from './journal-reader.ts'
import { claim, type ClaimedRow } from './claim.ts'
import { News } from './news.ts'
import { Sleepers } from './sleepers.ts'
import { haveNews, markWaiting } from './suspend.ts'
import { createJournalWriter, type JournalEntry, type JournalWriter } from './journal-writer.ts'
import type { Plan } from './plan.ts'
import type { Plans } from './plans.ts'
import { countTakes, giveBack, workerLost } from './takes.ts'
import { startUpkeep } from './upkeep.ts'
import type { Workspaces } from '../workspaces/index.ts'

/** Takes executions from the queue and carries them out. */
export interface Worker {
  /** Begins to take work. */
  start(): void
  /** Executions in hand. */
  active(): number
  /** Stops taking, leaves what is in hand as the journal has it, and gives it back. */
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
  /** Executions at once. @default 500 */
  capacity?: number
  onError(error: unknown): void
}

const TAKE_AT_ONCE = 100
const POLL_EVERY_MS = 2000
const RENEW_EVERY_MS = 3000
const SWEEP_EVERY_MS = 5000
/** How long an execution that only waits keeps its slot: most children are done by then. */
const LINGER_MS = 250

interface Active {
  lease: Lease
  ownerId: string
  entry: JournalEntry
  driver: ExecutionDriver | undefined
  idleTimer?: NodeJS.Timeout
}

/**
 * An execution in hand is held by a lease of the queue, renewed every 3 s, and by the fencing token that taking it raised:
 * a worker that has lost the lease without noticing can commit nothing. Work is looked for when the queue tells of it, when
 * an execution ends, and every 2 s in case nothing told.
 */
export function createWorker(parts: WorkerParts): Worker {
  return new RunningWorker(parts)
}

class RunningWorker implements Worker {
  readonly #parts: WorkerParts
  readonly #capacity: number
  readonly #journal: JournalWriter
  readonly #sleepers: Sleepers
  readonly #active = new Map<string, Active>()
  readonly #news = new News()
  readonly #ends: (() => void)[] = []
  #taking: Promise<void> | undefined
  #takeAgain = false
  /** Executions taken that are not in hand yet. */
  #beginning = 0
  #closed = false

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.#capacity = parts.capacity ?? 500
    this.#sleepers = new Sleepers({
      pool: parts.database.pool,
      wake: (ids) => parts.children.wake(ids),
      onError: (error) => parts.onError(error),
    })
    this.#journal = createJournalWriter(parts.database.pool, {
      finished: (entries) => this.#tell(this.#finish(entries)),
      lost: ({ executionId }) => this.#drop(executionId),
      progressed: (parentIds) => this.#tell(parts.children.wake(parentIds)),
      refused: ({ executionId }, error) => this.#refuse(executionId, error),
      failed: (error) => parts.onError(error),
    })
  }

  start(): void {
    const { notifications } = this.#parts
    const poll = setInterval(() => this.#lookForWork(), POLL_EVERY_MS)
    const renew = setInterval(
      () => this.#tell(this.#parts.queue.renew([...this.#active.values()].map(({ lease }) => lease))),
      RENEW_EVERY_MS,
    )
    const sweep = setInterval(() => this.#tell(this.#parts.children.wakeForgotten()), SWEEP_EVERY_MS)
    const endUpkeep = startUpkeep(this.#parts)
    this.#ends.push(
      () => clearInterval(sweep),
      endUpkeep,
      notifications.listen('journal', (message) => this.#news.tell(message)),
      notifications.listen('work', () => this.#lookForWork()),
      notifications.listen('cancel', (message) => message.split(',').forEach((id) => this.#drop(id))),
      () => clearInterval(poll),
      () => clearInterval(renew),
    )
    this.#sleepers.look()
    this.#lookForWork()
  }

  active(): number {
    return this.#active.size
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const end of this.#ends) end()
    await this.#taking
    await this.#sleepers.close()
    for (const { driver } of this.#active.values()) driver?.stop()
    await this.#journal.close()
    await giveBack(this.#parts.database, this.#parts.id, [...this.#active.keys()])
    await this.#parts.queue.release([...this.#active.values()].map(({ lease }) => lease))
  }

  #lookForWork(): void {
    this.#takeAgain = true
    this.#taking ??= this.#takeAll().finally(() => (this.#taking = undefined))
  }

  /** While one set is begun, the next is taken. */
  async #takeAll(): Promise<void> {
    let beginning = Promise.resolve()
    try {
      while (this.#takeAgain && !this.#closed && this.#slots() > 0) {
        this.#takeAgain = false
        await this.#sleepers.clockKnown()
        const leases = await this.#parts.queue.take(Math.min(TAKE_AT_ONCE, this.#slots()), this.#greedyOwners())
        if (leases.length === TAKE_AT_ONCE) this.#takeAgain = true
        await beginning
        if (leases.length > 0) beginning = this.#beginCounted(leases)
      }
      await beginning
    } catch (error) {
      this.#parts.onError(error) // the next poll tries again
    }
  }

  #slots(): number {
    return this.#capacity - this.#active.size - this.#beginning
  }

  async #beginCounted(leases: Lease[]): Promise<void> {
    this.#beginning += leases.length
    try {
      await this.#begin(leases)
    } catch (error) {
      this.#parts.onError(error) // their heartbeat gives them to somebody
    } finally {
      this.#beginning -= leases.length
    }
  }

  #greedyOwners(): string[] {
    const owners = Iterator.from(this.#active.values()).map(({ ownerId }) => ownerId)
    return greedyOwners(owners, this.#beginning, this.#capacity)
  }

  async #begin(leases: Lease[]): Promise<void> {
    const { database, id } = this.#parts
    const rows = await claim(database, id, leases)
    const lost = await countTakes(database, id, rows)
    const plans = await this.#parts.plans.load(rows.filter((row) => !lost.has(row.id)).map(({ version_id }) => version_id))
    const gone = leases.filter(({ executionId }) => !rows.some(({ id }) => id === executionId))
    await this.#parts.queue.complete(gone)
    for (const row of rows) {
      const lease = leases.find(({ executionId }) => executionId === row.id)
      const plan = lost.has(row.id) ? workerLost() : plans.get(row.version_id)
      if (lease && plan) await this.#driveOrFail(row, lease, plan)
    }
  }

  /** One that cannot be carried out ends with the reason, and leaves the others be; where the database does not answer, nothing is known. */
  async #driveOrFail(row: ClaimedRow, lease: Lease, plan: Plan | AshlarError): Promise<void> {
    const { pool } = this.#parts.database
    const { id: executionId, fence, parent_id: parentId } = row
    const lastSeq = row.resumed ? await lastSeqOf(pool, executionId) : 0
    const events = row.resumed ? await readJournal(pool, executionId) : []
    const entry = { executionId, fence, parentId, lastSeq, committedSeq: lastSeq, lost: false }
    const active: Active = { lease, ownerId: row.owner_id, entry, driver: undefined }
    this.#active.set(executionId, active)
    try {
      if (plan instanceof AshlarError) throw plan
      if (events instanceof AshlarError) throw events
      this.#drive(row, active, plan, events)
    } catch (error) {
      if (!(error instanceof AshlarError)) this.#parts.onError(error)
      this.#fail(
        active,
        error instanceof AshlarError ? error : new AshlarError('JOURNAL_UNREADABLE', 'it could not be carried out'),
      )
    }
  }

  #drive(row: ClaimedRow, active: Active, plan: Plan, events: JournalEvent[]): void {
    const taken: TakenExecution = {
      id: row.id,
      depth: row.depth,
      ownerId: row.owner_id,
      graphId: row.graph_id,
      inputs: row.inputs,
      masks: row.masks,
      plan,
      entry: active.entry,
      events,
    }
    const { sandbox, errorLocator, capabilities, children, database } = this.#parts
    active.driver = new ExecutionDriver(taken, {
      sandbox,
      errorLocator,
      capabilities,
      children,
      journal: this.#journal,
      random: Math.random,
      now: this.#sleepers.now,
      onNews: (executionId, heard) => this.#news.add(executionId, heard),
      readEvents: (executionId, after) => readEvents(database.pool, executionId, after, Infinity),
      onIdle: () => this.#suspendSoon(active),
      onError: (error) => this.#parts.onError(error),
    })
    active.driver.start()
  }

  #fail({ entry }: Active, { code, message }: AshlarError): void {
    const reason = { code, message }
    this.#journal.append(entry, { type: 'ExecutionFinished', status: 'FAILED', outputs: {}, failedNodes: [], reason })
  }

  /** Their ends are committed: the jobs go together. */
  async #finish(entries: JournalEntry[]): Promise<void> {
    const leases: Lease[] = []
    for (const { executionId } of entries) {
      const active = this.#active.get(executionId)
      if (active) leases.push(active.lease)
      this.#active.delete(executionId)
    }
    if (!this.#closed) this.#lookForWork()
    await this.#parts.queue.complete(leases)
  }

  #suspendSoon(active: Active): void {
    clearTimeout(active.idleTimer)
    active.idleTimer = setTimeout(() => {
      if (!active.driver?.isIdle || this.#closed) return
      this.#suspend(active, active.driver).catch((error: unknown) => {
        this.#parts.onError(error)
        this.#active.delete(active.entry.executionId) // its heartbeat gives it to somebody
      })
    }, LINGER_MS)
  }

  /**
   * Gives an execution back that only waits. Its children's commits and its time wake it once its row says WAITING; what they
   * committed just before is looked for after.
   */
  async #suspend({ entry, lease }: Active, driver: ExecutionDriver): Promise<void> {
    const children = new Map(driver.children)
    const { waitingFor: reason, wakeAt } = driver
    driver.stop()
    await this.#journal.committed(entry)
    const { pool } = this.#parts.database
    await markWaiting(pool, entry, reason, wakeAt)
    this.#active.delete(entry.executionId)
    await this.#parts.queue.complete([lease])
    if (await haveNews(pool, children)) await this.#parts.children.wake([entry.executionId])
    if (wakeAt) this.#sleepers.expect(wakeAt.getTime())
    this.#lookForWork()
  }

  /** The journal ends it; so do its children. */
  #refuse(executionId: string, error: unknown): void {
    this.#parts.onError(error)
    const driver = this.#active.get(executionId)?.driver
    for (const childId of driver?.children.keys() ?? []) this.#tell(this.#parts.children.cancel(childId))
    driver?.stop()
  }

  /** Another worker has it, or it was cancelled. */
  #drop(executionId: string): void {
    const active = this.#active.get(executionId)
    if (!active) return
    active.entry.lost = true
    active.driver?.stop()
    this.#active.delete(executionId)
    this.#tell(this.#parts.queue.complete([active.lease]))
    if (!this.#closed) this.#lookForWork()
  }

  #tell(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.onError(error))
  }
}
