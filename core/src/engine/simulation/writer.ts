import type { ExecutionEvent } from '../events.ts'
import { createJournalWriter, type JournalEntry, type JournalStore, type PendingEvents } from '../../runtime/journal/index.ts'
import { mix } from './cases.ts'
import { assert } from './model.ts'

/** The possible results of one statement of the writer in a simulated database. */
const FAULTS = ['none', 'none', 'none', '08006 before', '08006 after', '53100', '25006', '40P01', 'XX000'] as const

/** A lease of an execution, and the events that were appended for it. */
interface Leased {
  entry: JournalEntry
  appended: string[]
  isPoisoned: boolean
}

interface Stored {
  fence: number
  isFinal: boolean
  texts: string[]
}

const POISON = 'poison'
const EXECUTIONS = 4
const STEPS = 60

/**
 * Tests the journal writer on a simulated database. Several executions are leased again while their older leases
 * continue. Faults of every cause occur before and after a commit, for the whole database and for single rows. After
 * the last fault:
 *
 * - the journal of each execution has no gaps and contains, in order, the events that were appended under each lease
 *   while its fence was current
 * - the events of every current lease are committed, unless the database rejects their data; then this execution, and
 *   no other one, has ended FAILED
 * - every promise that waits for a commit is settled
 *
 * @param seed determines the whole run
 * @returns how often each case occurred
 */
export async function assertWriter(seed: number): Promise<Record<string, number>> {
  let drawn = 0
  const random = (below: number): number => mix(seed, drawn++) % below
  const database = new SimulatedDatabase(random)
  const met: Record<string, number> = { stale: 0, refused: 0, 'rounds that failed': 0, unwritable: 0 }
  const add = (name: string): void => void (met[name] = (met[name] ?? 0) + 1)
  const refused = new Set<JournalEntry>()
  const writer = createJournalWriter(
    database,
    {
      finished: () => {},
      progressed: () => {},
      lost: () => add('stale'),
      refused: (entry) => void refused.add(entry),
      failed: () => add('rounds that failed'),
      writable: (isWritable) => void (!isWritable && add('unwritable')),
    },
    { gather: 0, firstRetry: 1, longestRetry: 2, postponed: 1 },
  )
  const leases: Leased[] = Array.from({ length: EXECUTIONS }, (_, i) => database.lease(`e${i}`))
  const waits: Promise<void>[] = []
  for (let step = 0; step < STEPS; step++) {
    const leased = leases[random(leases.length)]
    if (!leased) continue
    const choice = random(20)
    if (choice === 0) leases.push(database.lease(leased.entry.executionId))
    else if (choice === 1) waits.push(writer.committed(leased.entry))
    else if (choice < 5) await new Promise((resolve) => setImmediate(resolve))
    else append(leased, random(60) === 0)
  }
  database.isWell = true
  for (const { entry } of leases) waits.push(writer.committed(entry))
  await Promise.all(waits)
  await writer.close()
  for (const leased of leases) database.assertStored(leased, refused.has(leased.entry))
  met.refused = refused.size
  return met

  function append(leased: Leased, isPoison: boolean): void {
    const { entry, appended } = leased
    const before = entry.lastSeq
    const text = `${entry.fence}.${appended.length}${isPoison ? POISON : ''}`
    writer.append(entry, { type: 'NodeLog', node: 'a', n: 1, level: 'log', text })
    if (entry.lastSeq === before) return // lost or refused
    appended.push(text)
    leased.isPoisoned ||= isPoison
  }
}

class SimulatedDatabase implements JournalStore {
  isWell = false
  readonly #random: (below: number) => number
  readonly #stored = new Map<string, Stored>()

  constructor(random: (below: number) => number) {
    this.#random = random
  }

  lease(executionId: string): Leased {
    const stored = this.#stored.get(executionId) ?? { fence: 0, isFinal: false, texts: [] }
    stored.fence++
    this.#stored.set(executionId, stored)
    const lastSeq = stored.texts.length
    const entry = { executionId, fence: stored.fence, parentId: null, lastSeq, committedSeq: lastSeq, lost: stored.isFinal }
    return { entry, appended: [], isPoisoned: false }
  }

  /** Atomic, like the real statement. A row that already exists at the same time is rejected, as by the primary key. */
  async write(batch: readonly PendingEvents[]): Promise<ReadonlySet<JournalEntry>> {
    await Promise.resolve()
    const fault = this.isWell ? 'none' : (FAULTS[this.#random(FAULTS.length)] ?? 'none')
    const [code, when] = fault.split(' ')
    // For a single entry, this code would mean that its data is at fault.
    const isSpared = fault === 'none' || (code === 'XX000' && batch.length === 1)
    if (!isSpared && when !== 'after') throw failure(code ?? '')
    const held = batch.filter(({ entry }) => this.#holds(entry))
    for (const each of held) this.#check(each)
    for (const each of held) this.#add(each)
    if (when === 'after') throw failure(code ?? '')
    return new Set(held.map(({ entry }) => entry))
  }

  async lastSeq(entry: JournalEntry): Promise<number | undefined> {
    await Promise.resolve()
    if (!this.isWell && this.#random(4) === 0) throw failure('57P01')
    return this.#holds(entry) ? this.#stored.get(entry.executionId)?.texts.length : undefined
  }

  assertStored({ entry, appended, isPoisoned }: Leased, isRefused: boolean): void {
    const { executionId, fence } = entry
    const texts = (this.#stored.get(executionId)?.texts ?? []).filter((text) => text.startsWith(`${fence}.`))
    const name = `${executionId} with the fence ${fence}`
    assert(isPoisoned || !isRefused, () => `${name} was refused, but its data is valid`)
    assert(
      texts.every((text, i) => text === appended[i]),
      () => `${name} stored ${texts.join()}, appended ${appended.join()}`,
    )
    const isNewest = this.#stored.get(executionId)?.fence === fence
    const hasEnded = this.#stored.get(executionId)?.isFinal === true // even if the response to that statement was lost
    const isWhole = texts.length === appended.length
    assert(!isNewest || isRefused || entry.lost || isWhole, () => `${name} stored ${texts.join()}, expected ${appended.join()}`)
    assert(!isNewest || !isPoisoned || hasEnded, () => `${name} cannot be stored but has not ended`)
    assert(!isNewest || !entry.lost || hasEnded, () => `${name} is lost without a reason`)
  }

  #holds({ executionId, fence }: JournalEntry): boolean {
    const stored = this.#stored.get(executionId)
    return stored !== undefined && stored.fence === fence && !stored.isFinal
  }

  #check({ entry, firstSeq, events }: PendingEvents): void {
    const { texts } = this.#stored.get(entry.executionId) ?? { texts: [] }
    if (events.some((event) => toText(event).endsWith(POISON))) throw failure('22P05')
    assert(firstSeq <= texts.length + 1, () => `${entry.executionId} has a gap before ${firstSeq}`)
    if (firstSeq <= texts.length && this.#random(2) === 0) throw failure('23505')
  }

  /** Skips events that are already stored, as readers do. */
  #add({ entry, firstSeq, events, finish }: PendingEvents): void {
    const stored = this.#stored.get(entry.executionId)
    if (!stored) return
    for (const [i, event] of events.entries())
      if (firstSeq + i > stored.texts.length) stored.texts.push(toText(event))
      else assert(stored.texts[firstSeq + i - 1] === toText(event), () => `${entry.executionId} differs at ${firstSeq + i}`)
    if (finish) stored.isFinal = true
  }
}

function toText(event: ExecutionEvent): string {
  return event.type === 'NodeLog' ? event.text : event.type
}

function failure(code: string): Error {
  return Object.assign(new Error(`failed with ${code}`), { code })
}
