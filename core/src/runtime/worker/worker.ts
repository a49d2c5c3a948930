import { AshlarError } from '../../base/index.ts'
import type { Lease } from '../../postgres/queue/index.ts'
import { ExecutionDriver, type TakenExecution } from '../driver/index.ts'
import type { JournalEvent, Plan } from '../../engine/index.ts'
import { greedyOwners } from './fairness.ts'
import {
  lastSeqOf,
  readEvents,
  readJournal,
  News,
  createJournalStore,
  type JournalEntry,
  createJournalWriter,
  type JournalWriter,
} from '../journal/index.ts'
import { claim, newestClaims, type ClaimedRow } from './claim.ts'
import { Sleepers } from './wake-ups.ts'
import { haveNews, markWaiting } from './suspend.ts'
import { handOverAll, release } from './hand-over.ts'
import { HeldExecutions, type HeldExecution } from './held-executions.ts'
import { countTakes, workerLost } from './takes.ts'
import { startUpkeep } from './upkeep.ts'
import type { Worker, WorkerParts } from './worker-parts.ts'

const TAKE_AT_ONCE = 100
const POLL_EVERY_MS = 2000
const RENEW_EVERY_MS = 3000
const SWEEP_EVERY_MS = 5000
/** How long an execution that only waits keeps its slot: most children are done by then. */
const LINGER_MS = 250

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
  readonly #held = new HeldExecutions()
  readonly #news = new News()
  /** End the search for work. */
  readonly #searches: (() => void)[] = []
  /** Stop the activities that claimed executions need. */
  readonly #ends: (() => void)[] = []
  #canWrite = true
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
    this.#journal = createJournalWriter(createJournalStore(parts.database.pool), {
      finished: (entries) => this.#tell(this.#finish(entries)),
      lost: (entry) => this.#drop(this.#held.of(entry)),
      progressed: (parentIds) => this.#tell(parts.children.wake(parentIds)),
      refused: (entry, error) => this.#refuse(entry, error),
      failed: (error) => parts.onError(error),
      writable: (isWritable, error) => this.#noteHealth(isWritable, error),
    })
  }

  start(): void {
    const { notifications } = this.#parts
    const poll = setInterval(() => this.#lookForWork(), POLL_EVERY_MS)
    const renew = setInterval(() => this.#tell(this.#parts.queue.renew(this.#leases())), RENEW_EVERY_MS)
    const sweep = setInterval(() => this.#tell(this.#parts.children.wakeForgotten()), SWEEP_EVERY_MS)
    this.#searches.push(
      () => clearInterval(poll),
      () => clearInterval(sweep),
      startUpkeep(this.#parts),
      notifications.listen('work', () => this.#lookForWork()),
    )
    this.#ends.push(
      () => clearInterval(renew),
      notifications.listen('journal', (message) => this.#news.tell(message)),
      notifications.listen('cancel', (message) => message.split(',').forEach((id) => this.#drop(this.#held.get(id)))),
    )
    this.#sleepers.look()
    this.#lookForWork()
  }

  active(): number {
    return this.#held.size
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const end of this.#searches.splice(0)) end()
    await this.#taking
    await this.#sleepers.close()
    const parts = { ...this.#parts, held: this.#held, journal: this.#journal }
    await handOverAll(parts, this.#parts.stopGraceMs())
    for (const { driver } of this.#held.all()) driver?.stop()
    await this.#journal.close()
    for (const end of this.#ends.splice(0)) end()
    await release(parts, this.#held.all())
  }

  #leases(): Lease[] {
    return this.#held.all().map(({ lease }) => lease)
  }

  /** Where events cannot be written, no work is taken: nothing could come of it. */
  #noteHealth(isWritable: boolean, error: unknown): void {
    this.#canWrite = isWritable
    this.#parts.health.report(isWritable, error)
    if (!isWritable) return
    this.#tell(this.#parts.queue.renew(this.#leases())) // they may be about to expire
    if (!this.#closed) this.#lookForWork()
  }

  #lookForWork(): void {
    this.#takeAgain = true
    this.#taking ??= this.#takeAll().finally(() => (this.#taking = undefined))
  }

  /** While one set is begun, the next is taken. */
  async #takeAll(): Promise<void> {
    let beginning = Promise.resolve()
    try {
      while (this.#takeAgain && !this.#closed && this.#canWrite && this.#slots() > 0) {
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
    return this.#capacity - this.#held.size - this.#beginning
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
    const owners = Iterator.from(this.#held.all()).map(({ ownerId }) => ownerId)
    return greedyOwners(owners, this.#beginning, this.#capacity)
  }

  async #begin(taken: Lease[]): Promise<void> {
    const { database, id } = this.#parts
    const leases = await this.#withoutHeld(taken)
    if (leases.length === 0) return
    const rows = await claim(database, id, leases)
    for (const row of rows) this.#held.end(row.id) // a claim that was lost to another worker in between
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

  /** An execution that the worker already holds continues under the new lease, and its calls are not repeated. */
  async #withoutHeld(leases: Lease[]): Promise<Lease[]> {
    const held = leases.flatMap(({ executionId }) => this.#held.get(executionId)?.entry ?? [])
    const newest = await newestClaims(this.#parts.database, held)
    return leases.filter((lease) => {
      const kept = newest.has(lease.executionId) ? this.#held.get(lease.executionId) : undefined
      if (kept) kept.lease = lease
      return !kept
    })
  }

  /** One that cannot be carried out ends with the reason, and leaves the others be; where the database does not answer, nothing is known. */
  async #driveOrFail(row: ClaimedRow, lease: Lease, plan: Plan | AshlarError): Promise<void> {
    const { pool } = this.#parts.database
    const { id: executionId, fence, parent_id: parentId } = row
    const lastSeq = row.resumed ? await lastSeqOf(pool, executionId) : 0
    const events = row.resumed ? await readJournal(pool, executionId) : []
    const entry = { executionId, fence, parentId, lastSeq, committedSeq: lastSeq, lost: false }
    const held: HeldExecution = { lease, ownerId: row.owner_id, entry, driver: undefined }
    this.#held.add(held)
    try {
      if (plan instanceof AshlarError) throw plan
      if (events instanceof AshlarError) throw events
      this.#drive(row, held, plan, events)
    } catch (error) {
      if (!(error instanceof AshlarError)) this.#parts.onError(error)
      this.#fail(
        held,
        error instanceof AshlarError ? error : new AshlarError('JOURNAL_UNREADABLE', 'it could not be carried out'),
      )
    }
  }

  #drive(row: ClaimedRow, held: HeldExecution, plan: Plan, events: JournalEvent[]): void {
    const taken: TakenExecution = {
      id: row.id,
      depth: row.depth,
      ownerId: row.owner_id,
      graphId: row.graph_id,
      inputs: row.inputs,
      masks: row.masks,
      plan,
      entry: held.entry,
      events,
    }
    const { sandbox, errorLocator, capabilities, children, database } = this.#parts
    held.driver = new ExecutionDriver(taken, {
      sandbox,
      errorLocator,
      capabilities,
      children,
      journal: this.#journal,
      random: Math.random,
      now: this.#sleepers.now,
      onNews: (executionId, heard) => this.#news.add(executionId, heard),
      readEvents: (executionId, after) => readEvents(database.pool, executionId, after, Infinity),
      onIdle: () => this.#suspendSoon(held),
      onError: (error) => this.#parts.onError(error),
    })
    held.driver.start()
  }

  #fail({ entry }: HeldExecution, { code, message }: AshlarError): void {
    const reason = { code, message }
    this.#journal.append(entry, { type: 'ExecutionFinished', status: 'FAILED', outputs: {}, failedNodes: [], reason })
  }

  /** Their ends are committed: the jobs go together. */
  async #finish(entries: JournalEntry[]): Promise<void> {
    const ended = entries.flatMap((entry) => this.#held.of(entry) ?? [])
    for (const held of ended) this.#held.remove(held)
    if (!this.#closed) this.#lookForWork()
    await this.#parts.queue.complete(ended.map(({ lease }) => lease))
  }

  #suspendSoon(held: HeldExecution): void {
    clearTimeout(held.idleTimer)
    held.idleTimer = setTimeout(() => {
      if (!held.driver?.isIdle || this.#closed) return
      this.#suspend(held, held.driver).catch((error: unknown) => {
        this.#parts.onError(error)
        this.#held.remove(held) // its lease expires, and another worker takes it
      })
    }, LINGER_MS)
  }

  /**
   * Gives an execution back that only waits. Its children's commits and its time wake it once its row says WAITING; what they
   * committed just before is looked for after.
   */
  async #suspend(held: HeldExecution, driver: ExecutionDriver): Promise<void> {
    const { entry } = held
    const children = new Map(driver.children)
    const { waitingFor: reason, wakeAt } = driver
    driver.stop()
    await this.#journal.committed(entry)
    const { pool } = this.#parts.database
    await markWaiting(pool, entry, reason, wakeAt)
    this.#held.remove(held)
    await this.#parts.queue.complete([held.lease])
    if (await haveNews(pool, children)) await this.#parts.children.wake([entry.executionId])
    if (wakeAt) this.#sleepers.expect(wakeAt.getTime())
    this.#lookForWork()
  }

  /** The journal has ended it; its children end too. */
  #refuse(entry: JournalEntry, error: unknown): void {
    this.#parts.onError(error)
    const driver = this.#held.of(entry)?.driver
    for (const childId of driver?.children.keys() ?? []) this.#tell(this.#parts.children.cancel(childId))
    driver?.stop()
  }

  /** Another claim has it, or it was cancelled. */
  #drop(held: HeldExecution | undefined): void {
    if (!held) return
    this.#held.end(held.entry.executionId)
    this.#tell(this.#parts.queue.complete([held.lease]))
    if (!this.#closed) this.#lookForWork()
  }

  #tell(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.onError(error))
  }
}
