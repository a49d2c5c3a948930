import { parseJson } from '@ashlar/sdk/json'
import type pg from 'pg'
import { SEPARATOR } from './blobs.ts'
import type { JournalRow } from './journal-rows.ts'
import type { ExecutionEvent } from '../../engine/index.ts'

type Client = pg.Pool | pg.ClientBase

/** The rows of one execution that a statement reads at most. */
const MAX_ROWS = 100
/** The bytes of all rows that a statement reads at most. It reads at least one row. */
const MAX_BYTES = 4 * 1024 * 1024
/** Postgres splits larger rows into their events, so that the process parses them one by one. */
const LARGE_ROW_BYTES = 256 * 1024

/** A part of a journal to read. */
export interface JournalRange {
  executionId: string
  /** The `seq` of the last event that is known. In descending order, that of the event before which to read. */
  after: number
}

/** Rows of one journal, see `decodeRowByEvent`. They may overlap. */
export interface JournalPart {
  rows: JournalRow[]
  /** Whether the journal has further rows. */
  hasMore: boolean
}

/** Restricts a part to rows that may contain an event with one of the types and with the node. */
export interface RowFilter {
  types?: readonly string[] | undefined
  nodeId?: string | undefined
  /** Parts of the text of an event. */
  texts?: readonly string[] | undefined
}

/**
 * Reads the next rows of several journals with one statement, without large values. A statement reads a limited number
 * of bytes, so some parts may be empty although their journals have further rows.
 */
export async function readParts(
  pool: Client,
  ranges: readonly JournalRange[],
  {
    direction = 'ASC',
    types,
    nodeId,
    texts = [],
    maxRows = MAX_ROWS,
  }: RowFilter & { direction?: 'ASC' | 'DESC'; maxRows?: number } = {},
): Promise<Map<string, JournalPart>> {
  const parts = new Map<string, JournalPart>(ranges.map(({ executionId }) => [executionId, { rows: [], hasMore: false }]))
  if (ranges.length === 0) return parts
  const { rows } = await pool.query<Omit<JournalRow, 'events'> & { id: string; events: string | null; place: number }>(
    // pg writes the callback of a pool into the object, so each query has its own.
    { ...READ_PARTS[direction] },
    [
      ranges.map(({ executionId }) => executionId),
      ranges.map(({ after }) => after),
      maxRows,
      MAX_BYTES,
      types ? [...types.map((type) => `"type":${JSON.stringify(type)}`), ...texts] : null,
      nodeId === undefined ? null : `"node":${JSON.stringify(nodeId)}`,
    ],
  )
  for (const { id, first_seq, last_seq, events, place } of rows) {
    const part = parts.get(id)
    if (!part) continue
    if (events !== null) part.rows.push({ first_seq, last_seq, events })
    part.hasMore ||= events === null || place === maxRows
  }
  return parts
}

const readPartsText = (range: string, order: string): string => `
  with found as (
    select w.id, j.first_seq, j.last_seq, j.at, j.bytes, row_number() over (partition by w.id order by ${order}) as place
    from unnest($1::uuid[], $2::int[]) as w (id, after) cross join lateral (
      select first_seq, last_seq, at, octet_length(events) as bytes from journal
      where execution_id = w.id and ${range} and at >= uuid_extract_timestamp(w.id)
        and ($5::text[] is null or exists (select from unnest($5::text[]) as type where strpos(events, type) > 0))
        and ($6::text is null or strpos(events, $6) > 0)
      order by ${order} limit $3
    ) j
  ), sized as (select *, sum(bytes) over (order by place, id) - bytes as bytes_before from found)
  select s.id, s.first_seq, s.last_seq, s.place::int, case when s.bytes_before < $4 then (
    select case when s.bytes > ${LARGE_ROW_BYTES} and j.events is json array
      then (select string_agg(event::text, '${SEPARATOR}' order by i) from json_array_elements(j.events::json) with ordinality as e (event, i))
      else j.events end
    from journal j where j.execution_id = s.id and j.first_seq = s.first_seq and j.at = s.at
  ) end as events
  from sized s order by s.id, s.place`

const READ_PARTS = {
  ASC: { name: 'ashlar-journal-parts', text: readPartsText('last_seq > w.after', 'first_seq, last_seq') },
  DESC: { name: 'ashlar-journal-parts-back', text: readPartsText('first_seq < w.after', 'last_seq desc, first_seq desc') },
}

/** A stored event without `seq` and `at`, and the length of its text. */
export interface StoredEvent {
  event: ExecutionEvent
  chars: number
}

/**
 * Reads single events of several journals with one statement, without large values. Postgres takes the events out of
 * their rows.
 *
 * @param seqs by the id of the execution
 * @returns the events by execution and `seq`. Events that retention has removed are missing.
 */
export async function readEventsAt(
  pool: Client,
  seqs: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<Map<string, Map<number, StoredEvent>>> {
  const found = new Map<string, Map<number, StoredEvent>>([...seqs.keys()].map((id) => [id, new Map()]))
  const wanted = [...seqs].flatMap(([id, own]) => [...own].map((seq) => [id, seq] as const))
  if (wanted.length === 0) return found
  const values = [wanted.map(([id]) => id), wanted.map(([, seq]) => seq)]
  const { rows } = await pool.query<{ id: string; seq: number; event: string }>({ ...READ_AT, values })
  for (const { id, seq, event } of rows)
    found.get(id)?.set(seq, { event: parseJson(event) as ExecutionEvent, chars: event.length })
  return found
}

const READ_AT = {
  name: 'ashlar-journal-at',
  text: `
    with wanted as (select * from unnest($1::uuid[], $2::int[]) as w (id, seq)), rows as (
      select j.first_seq, j.at, w.id, array_agg(w.seq - j.first_seq + 1) as places
      from wanted w cross join lateral (
        select first_seq, at from journal
        where execution_id = w.id and first_seq <= w.seq and last_seq >= w.seq and at >= uuid_extract_timestamp(w.id)
        order by first_seq desc limit 1
      ) j group by w.id, j.first_seq, j.at
    )
    select r.id, r.first_seq + e.place::int - 1 as seq, e.event::text as event
    from rows r join journal j on j.execution_id = r.id and j.first_seq = r.first_seq and j.at = r.at
    cross join lateral json_array_elements(j.events::json) with ordinality as e (event, place)
    where e.place = any(r.places)`,
}

/** Returns the `seq` of the last event of each journal that has one. Also works for unreadable journals. */
export async function readLastSeqs(pool: Client, executionIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; last: number }>(
    `select w.id, j.last from unnest($1::uuid[]) as w (id) cross join lateral (
       select max(last_seq) as last from journal where execution_id = w.id and at >= uuid_extract_timestamp(w.id)
     ) j where j.last is not null`,
    [executionIds],
  )
  return new Map(rows.map(({ id, last }) => [id, last]))
}

/** Counts the events of journals that match a filter, with one statement. Postgres parses the rows. */
export async function countEvents(
  pool: Client,
  executionIds: readonly string[],
  { types, nodeId }: RowFilter,
): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; total: number }>(
    `select w.id, count(distinct j.first_seq + e.place)::int as total
     from unnest($1::uuid[]) as w (id) cross join lateral (
       select first_seq, case when events is json array then events::json else '[]' end as events from journal
       where execution_id = w.id and at >= uuid_extract_timestamp(w.id) and ($3::text is null or strpos(events, $3) > 0)
     ) j cross join lateral json_array_elements(j.events) with ordinality as e (event, place)
     where ($2::text[] is null or (e.event -> 'type')::text = any($2)) and ($3::text is null or (e.event -> 'node')::text = $3)
     group by w.id`,
    [executionIds, types?.map((type) => JSON.stringify(type)) ?? null, nodeId === undefined ? null : JSON.stringify(nodeId)],
  )
  return new Map(rows.map(({ id, total }) => [id, total]))
}
