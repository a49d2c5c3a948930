import { randomUUIDv7 } from 'node:crypto'
import { connect } from '../connect.ts'
import { median, time } from '../measure.ts'

/** Plain commits on one connection. */
interface Commits {
  /** Inserts one small row and waits for the commit. */
  commitOne(): Promise<void>
  /** Inserts rows of events, 200 rows of 32 events per commit. @returns microseconds per event */
  journalMicros(): Promise<number>
}

const ROWS = 200
const EVENTS = 32
const EVENT = { seq: 1, at: 1_795_000_000_000, type: 'NodeOutput', node: 'n1', n: 1, pin: 'value', value: 'hello' }

export async function createCommits(databaseUrl: string, stack: AsyncDisposableStack): Promise<Commits> {
  const client = await connect(databaseUrl)
  stack.defer(() => client.end())
  await client.query('create table stored (id uuid primary key, events json not null, at timestamptz not null default now())')
  const one = { name: 'bench-one', text: 'insert into stored (id, events) values ($1, $2)' }
  const many = { name: 'bench-many', text: 'insert into stored (id, events) select * from unnest($1::uuid[], $2::json[])' }
  const writeMany = async (): Promise<void> => {
    const ids = Array.from({ length: ROWS }, () => randomUUIDv7())
    const texts = ids.map(() => JSON.stringify(Array.from({ length: EVENTS }, () => EVENT)))
    await client.query({ ...many, values: [ids, texts] })
  }
  return {
    commitOne: async () => void (await client.query({ ...one, values: [randomUUIDv7(), JSON.stringify([EVENT])] })),
    async journalMicros() {
      const taken: number[] = []
      for (let i = 0; i < 25; i++) taken.push(await time(writeMany))
      return (median(taken.slice(5)) * 1000) / (ROWS * EVENTS)
    },
  }
}
