import { AshlarError, Batcher } from '../../base/index.ts'
import { announce, MAX_IDS } from '../../postgres/index.ts'
import type { Lease } from '../../postgres/queue/index.ts'
import { ExecutionDriver, type TakenExecution } from '../driver/index.ts'
import type { Folded, Plan } from '../../engine/index.ts'
import { greedyOwners } from './fairness.ts'
import { foldJournal } from './fold-journal.ts'
import {
  readLastSeq,
  readEvents,
  readNodeOutputs,
  readSingleEvents,
  News,
  createJournalStore,
  type JournalEntry,
  createJournalWriter,
  type JournalWriter,
} from '../journal/index.ts'
import { takeOver, findCurrent, addMemoryLimits, type LimitedRow } from './take-over.ts'
import { WakeUps } from './wake-ups.ts'
import { hasNewEvents, markWaiting } from './suspend.ts'
import { handOverAll, release } from './hand-over.ts'
import { HeldExecutions, type HeldExecution } from './held-executions.ts'
import { countCrashes, workerLost } from './crash-limit.ts'
import { startUpkeep } from './upkeep.ts'
import type { Worker, WorkerParts } from './worker-parts.ts'

const TAKE_BATCH = 100
const POLL_INTERVAL_MS = 2000
const RENEW_INTERVAL_MS = 3000
const SWEEP_INTERVAL_MS = 5000
/** How long an execution that only waits keeps its slot. Most children end within this time. */
const LINGER_MS = 250

/**
 * A worker holds each execution by a lease in the queue, which it renews every 3 s, and by the fence, which it raised
 * when it took the execution. A worker that has lost its lease without noticing cannot commit anything. The worker
 * looks for work when the queue notifies it, when an execution ends, and every 2 s in case a notification was lost.
 */
export function createWorker(parts: WorkerParts): Worker {
  return new RunningWorker(parts)
}

class RunningWorker implements Worker {
  readonly #parts: WorkerParts
  readonly #capacity: number
  readonly #journal: JournalWriter
  readonly #wakeUps: WakeUps
  readonly #held = new HeldExecutions()
  readonly #news = new News()
  /** Announces executions that have begun to wait. Their events are committed before. */
  readonly #announcer: Batcher<string, true>
  /** Functions that stop the search for work. */
  readonly #searches: (() => void)[] = []
  /** Functions that stop the activities that held executions need. */
  readonly #ends: (() => void)[] = []
  #canWrite = true
  #taking: Promise<void> | undefined
  #takeAgain = false
  /** Executions that are taken but not yet started. */
  #starting = 0
  #closed = false

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.#capacity = parts.capacity ?? 500
    this.#wakeUps = new WakeUps({
      pool: parts.database.pool,
      wake: (ids) => parts.children.wake(ids),
      onError: (error) => parts.onError(error),
    })
    this.#announcer = new Batcher(MAX_IDS, async (ids) => {
      await announce(parts.database.pool, ['journal'], ids)
      return ids.map(() => true)
    })
    this.#journal = createJournalWriter(createJournalStore(parts.database.pool), {
      finished: (entries) => this.#watch(this.#finish(entries)),
      lost: (entry) => this.#drop(this.#held.find(entry)),
      progressed: (parentIds) => this.#watch(parts.children.wake(parentIds)),
      refused: (entry, error) => this.#refuse(entry, error),
      failed: (error) => parts.onError(error),
      writable: (isWritable, error) => this.#noteHealth(isWritable, error),
    })
  }

  start(): void {
    const { notifications } = this.#parts
    const poll = setInterval(() => this.#lookForWork(), POLL_INTERVAL_MS)
    const renew = setInterval(() => this.#watch(this.#parts.queue.renew(this.#leases())), RENEW_INTERVAL_MS)
    const sweep = setInterval(() => this.#watch(this.#parts.children.wakeForgotten()), SWEEP_INTERVAL_MS)
    this.#searches.push(
      () => clearInterval(poll),
      () => clearInterval(sweep),
      startUpkeep(this.#parts),
      notifications.listen('work', () => this.#lookForWork()),
    )
    this.#ends.push(
      () => clearInterval(renew),
      notifications.listen('journal', (message) => this.#news.notify(message)),
      notifications.listen('cancel', (message) => message.split(',').forEach((id) => this.#drop(this.#held.get(id)))),
    )
    this.#wakeUps.lookUp()
    this.#lookForWork()
  }

  active(): number {
    return this.#held.size
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const end of this.#searches.splice(0)) end()
    await this.#taking
    await this.#wakeUps.close()
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

  /** Takes no work while events cannot be written, because its results could not be stored. */
  #noteHealth(isWritable: boolean, error: unknown): void {
    this.#canWrite = isWritable
    this.#parts.health.report(isWritable, error)
    if (!isWritable) return
    this.#watch(this.#parts.queue.renew(this.#leases())) // the leases may be about to expire
    if (!this.#closed) this.#lookForWork()
  }

  #lookForWork(): void {
    this.#takeAgain = true
    this.#taking ??= this.#takeAll().finally(() => (this.#taking = undefined))
  }

  /** Takes the next set of executions while the previous one is being started. */
  async #takeAll(): Promise<void> {
    let starting = Promise.resolve()
    try {
      while (this.#takeAgain && !this.#closed && this.#canWrite && this.#slots() > 0) {
        this.#takeAgain = false
        await this.#wakeUps.clockSet()
        const leases = await this.#parts.queue.take(Math.min(TAKE_BATCH, this.#slots()), this.#greedyOwners())
        if (leases.length === TAKE_BATCH) this.#takeAgain = true
        await starting
        if (leases.length > 0) starting = this.#startCounted(leases)
      }
      await starting
    } catch (error) {
      this.#parts.onError(error) // the next poll tries again
    }
  }

  #slots(): number {
    return this.#capacity - this.#held.size - this.#starting
  }

  async #startCounted(leases: Lease[]): Promise<void> {
    this.#starting += leases.length
    try {
      await this.#startAll(leases)
    } catch (error) {
      this.#parts.onError(error) // their leases expire, and a worker takes them
    } finally {
      this.#starting -= leases.length
    }
  }

  #greedyOwners(): string[] {
    const owners = Iterator.from(this.#held.all()).map(({ ownerId }) => ownerId)
    return greedyOwners(owners, this.#starting, this.#capacity)
  }

  async #startAll(taken: Lease[]): Promise<void> {
    const { database, id, quotas } = this.#parts
    const leases = await this.#withoutHeld(taken)
    if (leases.length === 0) return
    const rows = await addMemoryLimits(quotas, await takeOver(database, id, leases))
    for (const row of rows) this.#held.end(row.id) // an older lease, which another worker took in between
    const lost = await countCrashes(database, id, rows)
    const plans = await this.#parts.plans.load(rows.filter((row) => !lost.has(row.id)).map(({ version_id }) => version_id))
    await this.#parts.queue.complete(leases.filter(({ executionId }) => !rows.some((row) => row.id === executionId)))
    for (const row of rows) {
      const lease = leases.find(({ executionId }) => executionId === row.id)
      const plan = lost.has(row.id) ? workerLost() : plans.get(row.version_id)
      if (lease && plan) await this.#driveOrFail(row, lease, plan)
    }
  }

  /** Continues executions that this worker already holds under the new lease, without repeating their calls. */
  async #withoutHeld(leases: Lease[]): Promise<Lease[]> {
    const held = leases.flatMap(({ executionId }) => this.#held.get(executionId)?.entry ?? [])
    const newest = await findCurrent(this.#parts.database, held)
    return leases.filter((lease) => {
      const kept = newest.has(lease.executionId) ? this.#held.get(lease.executionId) : undefined
      if (kept) kept.lease = lease
      return !kept
    })
  }

  /**
   * An execution that cannot be started fails with the reason and does not affect the others. Database errors are
   * thrown.
   */
  async #driveOrFail(row: LimitedRow, lease: Lease, plan: Plan | AshlarError): Promise<void> {
    const { pool } = this.#parts.database
    const { id: executionId, fence, parent_id: parentId } = row
    const lastSeq = row.resumed ? await readLastSeq(pool, executionId) : 0
    const folded = plan instanceof AshlarError ? plan : await foldJournal(pool, plan, row.resumed ? executionId : undefined)
    const entry = { executionId, fence, parentId, lastSeq, committedSeq: lastSeq, lost: false }
    const held: HeldExecution = { lease, ownerId: row.owner_id, entry, driver: undefined }
    this.#held.add(held)
    try {
      if (plan instanceof AshlarError) throw plan
      if (folded instanceof AshlarError) throw folded
      this.#drive(row, held, plan, folded)
    } catch (error) {
      if (!(error instanceof AshlarError)) this.#parts.onError(error)
      this.#fail(
        held,
        error instanceof AshlarError
          ? error
          : new AshlarError('JOURNAL_UNREADABLE', 'the execution could not be started: see the log of the worker for the cause'),
      )
    }
  }

  #drive(row: LimitedRow, held: HeldExecution, plan: Plan, folded: Folded): void {
    const taken: TakenExecution = {
      id: row.id,
      depth: row.depth,
      ownerId: row.owner_id,
      graphId: row.graph_id,
      sandboxMemoryMb: row.sandboxMemoryMb,
      recordsHttp: row.records_http,
      inputs: row.inputs,
      masks: row.masks,
      plan,
      entry: held.entry,
      folded,
    }
    const { sandbox, errorLocator, capabilities, children, database, deltas } = this.#parts
    held.driver = new ExecutionDriver(taken, {
      sandbox,
      errorLocator,
      capabilities,
      children,
      journal: this.#journal,
      deltas,
      random: Math.random,
      now: this.#wakeUps.now,
      onNews: (executionId, listener) => this.#news.add(executionId, listener),
      readOutputs: ({ executionId }, { node, n }) => readNodeOutputs(database.pool, executionId, node.id, n),
      readEventsAt: ({ executionId }, seqs) => readSingleEvents(database.pool, executionId, seqs),
      readEvents: (executionId, after) => readEvents(database.pool, executionId, after),
      onIdle: () => this.#suspendSoon(held),
      onError: (error) => this.#parts.onError(error),
    })
    held.driver.start()
  }

  #fail({ entry }: HeldExecution, { code, message }: AshlarError): void {
    const reason = { code, message }
    this.#journal.append(entry, { type: 'ExecutionFinished', status: 'FAILED', outputs: {}, failedNodes: [], reason })
  }

  /** Removes executions whose ends are committed, and their jobs in one statement. */
  async #finish(entries: JournalEntry[]): Promise<void> {
    const ended = entries.flatMap((entry) => this.#held.find(entry) ?? [])
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
        this.#held.remove(held) // its lease expires, and a worker takes it
      })
    }, LINGER_MS)
  }

  /**
   * Releases an execution that only waits. Once its row is WAITING, its children's commits and its wake time wake it.
   * Events that children committed just before that are looked up afterwards.
   */
  async #suspend(held: HeldExecution, driver: ExecutionDriver): Promise<void> {
    const { entry } = held
    const children = new Map(driver.children)
    const { waitingFor: reason, wakeAt } = driver
    driver.stop()
    await this.#journal.committed(entry)
    const { pool } = this.#parts.database
    await markWaiting(pool, entry, reason, wakeAt)
    this.#watch(this.#announcer.add(entry.executionId))
    this.#held.remove(held)
    await this.#parts.queue.complete([held.lease])
    if (await hasNewEvents(pool, children)) await this.#parts.children.wake([entry.executionId])
    if (wakeAt) this.#wakeUps.schedule(wakeAt.getTime())
    this.#lookForWork()
  }

  /** The writer has ended the execution in the journal. Its children are cancelled. */
  #refuse(entry: JournalEntry, error: unknown): void {
    this.#parts.onError(error)
    const driver = this.#held.find(entry)?.driver
    for (const childId of driver?.children.keys() ?? []) this.#watch(this.#parts.children.cancel(childId))
    driver?.stop()
  }

  /** The execution was cancelled or has another lease. */
  #drop(held: HeldExecution | undefined): void {
    if (!held) return
    this.#held.end(held.entry.executionId)
    this.#watch(this.#parts.queue.complete([held.lease]))
    if (!this.#closed) this.#lookForWork()
  }

  #watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#parts.onError(error))
  }
}
