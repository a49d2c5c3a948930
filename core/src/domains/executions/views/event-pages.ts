import type pg from 'pg'
import { AshlarError, type Page, type PageRequest, Slices } from '../../../base/index.ts'
import type { JournalEvent } from '../../../engine/index.ts'
import {
  countEvents,
  decodeRowByEvent,
  type JournalPart,
  readBlobSizes,
  blobHashes,
  readLastSeqs,
  readParts,
  restoreBlobTexts,
  type RowFilter,
} from '../../../runtime/journal/index.ts'
import { MAX_VALUE_BYTES } from './node-execution-pages.ts'
import { sizeOf } from './node-execution-values.ts'
import type { IterationEvents } from './tag-filter.ts'

export interface EventFilter {
  types?: readonly JournalEvent['type'][] | undefined
  nodeId?: string | undefined
  /** An iteration, see `formatTag`: only events of node executions inside of it. */
  tag?: string | undefined
}

/** The position of an event is its `seq` and the id of its execution. */
export type EventRequest = PageRequest<EventFilter, 'SEQ'>

/** The largest `seq` of an event. */
const MAX_SEQ = 2 ** 31 - 1

/**
 * Reads one page of the journal of each execution. The number of statements does not depend on the number of
 * executions. A page ends early, with `hasMore`, if its values are large.
 *
 * @param iterations the events inside of the iteration of the filter, by the id of the execution
 * @returns an error for an execution whose journal is unreadable, or to which the position does not belong
 */
export async function readEventPages(
  pool: pg.Pool,
  executionIds: readonly string[],
  request: EventRequest,
  iterations?: ReadonlyMap<string, IterationEvents>,
): Promise<Map<string, Page<JournalEvent> | AshlarError>> {
  const maxBytes = MAX_VALUE_BYTES / Math.max(1, executionIds.length)
  const readings = executionIds.map((id) => new EventReading(id, request, maxBytes, iterations?.get(id)))
  const totalling = iterations ? countInside(pool, iterations, request) : countAll(pool, executionIds, request)
  const [, totals] = await Promise.all([readAll(pool, readings, request), totalling])
  const hashes = readings.flatMap(({ events }) => events.flatMap(({ event }) => blobHashes(event)))
  const sizes = await readBlobSizes(pool, hashes)
  const pages = readings.map((reading) => [reading.executionId, reading.toPage(sizes, totals?.get(reading.executionId))] as const)
  await restoreBlobTexts(
    pool,
    pages.flatMap(([, page]) => (page instanceof AshlarError ? [] : page.items.map(({ item }) => item))),
  )
  return new Map(pages)
}

async function readAll(pool: pg.Pool, readings: readonly EventReading[], request: EventRequest): Promise<void> {
  const slices = new Slices()
  const filter = { ...request.filter, direction: request.orderBy.direction, maxRows: Math.min(100, request.first + 1) }
  for (let pending = readings.filter(({ isFull }) => !isFull); pending.length > 0;) {
    const parts = await readParts(pool, pending, filter)
    for (const reading of pending) await reading.add(parts.get(reading.executionId)?.rows ?? [], slices)
    pending = pending.filter(
      (reading) => !reading.isFull && !reading.isPastLast && parts.get(reading.executionId)?.hasMore === true,
    )
  }
}

async function countAll(
  pool: pg.Pool,
  executionIds: readonly string[],
  { countTotal, filter }: EventRequest,
): Promise<Map<string, number> | undefined> {
  if (!countTotal) return undefined
  const isFiltered = filter.types !== undefined || filter.nodeId !== undefined
  const totals = await (isFiltered ? countEvents(pool, executionIds, filter) : readLastSeqs(pool, executionIds))
  return new Map(executionIds.map((id) => [id, totals.get(id) ?? 0]))
}

/** Counts the events of one iteration of each execution. */
async function countInside(
  pool: pg.Pool,
  iterations: ReadonlyMap<string, IterationEvents>,
  { countTotal, filter }: EventRequest,
): Promise<Map<string, number> | undefined> {
  if (!countTotal) return undefined
  const request = { first: Infinity, filter, orderBy: { field: 'SEQ', direction: 'ASC' }, countTotal: false } as const
  const readings = [...iterations].map(([id, iteration]) => new EventReading(id, request, Infinity, iteration))
  for (const reading of readings) reading.onlyCounts = true
  await readAll(pool, readings, request)
  return new Map(readings.map(({ executionId, count }) => [executionId, count]))
}

function startOf({ orderBy }: EventRequest, iteration: IterationEvents | undefined): number {
  if (orderBy.direction === 'ASC') return Math.min(MAX_SEQ, (iteration?.first ?? 1) - 1)
  return Math.min(MAX_SEQ, (iteration?.last ?? MAX_SEQ) + 1)
}

/** @returns an error when the position is not that of an event of this execution */
function checkPosition({ after }: EventRequest, executionId: string): AshlarError | undefined {
  if (!after || (after.id === executionId && /^\d{1,10}$/.test(after.value) && Number(after.value) <= MAX_SEQ)) return undefined
  return new AshlarError('BAD_INPUT', 'argument "after" must be the "id" of an event of this execution', {
    details: { path: ['after'] },
  })
}

/** Collects the events of one page, and one more. */
class EventReading {
  readonly executionId: string
  readonly events: { event: JournalEvent; chars: number }[] = []
  /** Where the next rows begin. */
  after: number
  #last: number
  #chars = 0
  #failure: AshlarError | undefined
  readonly #request: EventRequest
  readonly #maxBytes: number
  readonly #iteration: IterationEvents | undefined
  /** Counts events and does not keep them. */
  onlyCounts = false
  count = 0

  constructor(executionId: string, request: EventRequest, maxBytes: number, iteration?: IterationEvents) {
    this.executionId = executionId
    this.#failure = checkPosition(request, executionId)
    const start = startOf(request, iteration)
    const after = request.after && !this.#failure ? Number(request.after.value) : start
    this.after = request.orderBy.direction === 'ASC' ? Math.max(after, start) : Math.min(after, start)
    this.#last = this.after
    this.#request = request
    this.#maxBytes = maxBytes
    this.#iteration = iteration
  }

  /** Whether no later row can have an event inside of the iteration. */
  get isPastLast(): boolean {
    if (!this.#iteration) return false
    const { first, last } = this.#iteration
    return this.#request.orderBy.direction === 'ASC' ? this.after >= last : this.after <= first
  }

  get isFull(): boolean {
    return (
      this.#failure !== undefined ||
      this.events.length > this.#request.first ||
      (this.#chars > this.#maxBytes && this.events.length > 1)
    )
  }

  async add(rows: JournalPart['rows'], slices: Slices): Promise<void> {
    const isAscending = this.#request.orderBy.direction === 'ASC'
    try {
      for (const row of rows) {
        if (this.isFull) return
        const chars = row.events.length / (row.last_seq - row.first_seq + 1)
        const decoded: JournalEvent[] = []
        for (const event of decodeRowByEvent(row)) {
          decoded.push(event)
          if (slices.isOver()) await slices.pause()
        }
        for (const event of isAscending ? decoded : decoded.reverse()) this.#take(event, chars, isAscending)
        this.after = isAscending ? Math.max(this.after, row.last_seq) : Math.min(this.after, row.first_seq)
      }
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      this.#failure = error
    }
  }

  /** Rows overlap, so an event may come again. */
  #take(event: JournalEvent, chars: number, isAscending: boolean): void {
    if (this.isFull || (isAscending ? event.seq <= this.#last : event.seq >= this.#last)) return
    this.#last = event.seq
    if (!matches(event, this.#request.filter) || this.#iteration?.has(event) === false) return
    this.count++
    if (this.onlyCounts) return
    this.events.push({ event, chars })
    this.#chars += chars
  }

  toPage(sizes: ReadonlyMap<string, number>, total: number | undefined): Page<JournalEvent> | AshlarError {
    if (this.#failure) return this.#failure
    let bytes = 0
    const tooMany = this.events.findIndex((stored, i) => {
      bytes += sizeOf(stored, sizes)
      return i >= this.#request.first || (bytes > this.#maxBytes && i > 0)
    })
    const items = (tooMany < 0 ? this.events : this.events.slice(0, tooMany)).map(({ event }) => {
      return { item: event, position: { value: String(event.seq), id: this.executionId } }
    })
    return { items, hasMore: tooMany >= 0, total }
  }
}

function matches(event: JournalEvent, { types, nodeId }: RowFilter): boolean {
  if (types && !types.includes(event.type)) return false
  return nodeId === undefined || ('node' in event && event.node === nodeId)
}
