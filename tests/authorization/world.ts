import type { Caller } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import pg from 'pg'
import { encodeId } from './requests.ts'

export type AccountRole = 'OWNER' | 'ADMIN' | 'EDITOR' | 'VIEWER'
export const ACCOUNT_ROLES: readonly AccountRole[] = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER']

/** Where objects are made. */
export interface Place {
  accountId: string
  /** An OWNER of the account. */
  ownerId: string
  /** The user to whom objects belong that belong to no account. */
  userId: string
}

/** An installation with two organizations that have no member in common. */
export interface World {
  runtime: TestRuntime
  pool: pg.Pool
  /** The users of the first organization, by role. The OWNER of the installation is not a member. */
  members: Record<AccountRole, string>
  /** The first organization, and its OWNER. */
  place: Place
  /** The other organization, and its OWNER. */
  foreignPlace: Place
  /** Creates an organization with one member. */
  createPlace(name: string): Promise<Place>
  close(): Promise<void>
}

export async function createWorld(): Promise<World> {
  const runtime = await createTestRuntime()
  const { users, accounts, database } = runtime
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  const createPlace = async (name: string): Promise<Place> => {
    const { id } = await users.create(`Owner of ${name}`)
    const { account } = await accounts.createOrganization(id, { name })
    return { accountId: account.id, ownerId: id, userId: id }
  }
  const place = await createPlace('Own')
  const join = async (role: AccountRole): Promise<string> => {
    const { id } = await users.create(`${role} of Own`)
    const { token } = await accounts.invite(place.ownerId, place.accountId, { role })
    await accounts.acceptInvitation(id, token)
    return id
  }
  return {
    runtime,
    pool,
    createPlace,
    place,
    foreignPlace: await createPlace('Foreign'),
    members: { OWNER: place.ownerId, ADMIN: await join('ADMIN'), EDITOR: await join('EDITOR'), VIEWER: await join('VIEWER') },
    async close() {
      await pool.end()
      await runtime.close()
    },
  }
}

/** A caller who may do everything that the user may do. */
export async function callerOf({ runtime }: World, userId: string): Promise<Caller> {
  const caller = await runtime.callers.ofUserId(userId)
  if (!caller) throw new Error(`there is no user ${userId}`)
  return caller
}

export const DOCUMENT = {
  nodes: [
    { id: 'name', block: 'io/input', inputs: { name: 'name', value: 'Ada' } },
    { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
  ],
  links: [{ from: 'name.result', to: 'out.value' }],
}

export async function makeGraph({ runtime }: World, { accountId }: Place): Promise<string> {
  const { id } = await runtime.graphs.create(accountId, { name: 'Greets', document: DOCUMENT })
  return encodeId('Graph', id)
}

/** Makes a graph with an execution that has ended. @returns the id of the execution */
export async function makeExecution({ runtime }: World, { accountId }: Place): Promise<string> {
  const graph = await runtime.graphs.create(accountId, { name: 'Greets', document: DOCUMENT })
  const { id } = await runtime.executions.start(accountId, { graphId: graph.id, inputs: { name: 'Ada' } })
  for await (const _event of await runtime.executions.follow([accountId], id, 0));
  return encodeId('Execution', id)
}

/** @returns the id of an execution that waits for a day */
export async function makeWaitingExecution({ runtime, pool }: World, { accountId }: Place): Promise<string> {
  const { id } = await runtime.executions.runBlock(accountId, { block: 'time/countdown', inputs: { seconds: 86_400 } })
  const isWaiting = async (): Promise<boolean> =>
    (await pool.query('select 1 from execution where id = $1 and status = $2', [id, 'WAITING'])).rowCount === 1
  while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 20))
  return encodeId('Execution', id)
}

/** @returns the id of an execution that has failed */
export async function makeFailedExecution({ runtime }: World, { accountId }: Place): Promise<string> {
  const { id } = await runtime.executions.runBlock(accountId, { block: 'list/get', inputs: { list: ['a'], index: 5 } })
  for await (const _event of await runtime.executions.follow([accountId], id, 0));
  return encodeId('Execution', id)
}

let names = 0

export async function makeCredential({ runtime }: World, { accountId }: Place): Promise<string> {
  const { id } = await runtime.credentials.add(accountId, {
    provider: 'http/host',
    name: `key ${names++}`,
    hosts: ['a.example'],
    secret: { type: 'HOST_SCOPED', headers: { 'x-key': 'secret' } },
  })
  return encodeId('Credential', id)
}

/** Adds a new user to the account as a VIEWER. @returns the id of the member */
export async function makeMember({ runtime, pool }: World, { accountId, ownerId }: Place): Promise<string> {
  const user = await runtime.users.create('Joins')
  const { token } = await runtime.accounts.invite(ownerId, accountId, { role: 'VIEWER' })
  await runtime.accounts.acceptInvitation(user.id, token)
  const { rows } = await pool.query<{ id: string }>('select id from member where account_id = $1 and user_id = $2', [
    accountId,
    user.id,
  ])
  return encodeId('Member', rows[0]?.id ?? '')
}

export async function makeInvitation({ runtime }: World, { accountId, ownerId }: Place): Promise<{ id: string; token: string }> {
  const { invitation, token } = await runtime.accounts.invite(ownerId, accountId, { role: 'VIEWER' })
  return { id: encodeId('Invitation', invitation.id), token }
}

/** @returns the id of a new API key of the user */
export async function makeKey({ runtime }: World, userId: string): Promise<string> {
  const limits = { accountIds: null, graphIds: null, expiresAt: null }
  const { apiKey } = await runtime.apiKeys.create(userId, { name: 'CI', scopes: ['READ_GRAPHS'], ...limits })
  return encodeId('ApiKey', apiKey.id)
}

/** @returns the id of a new browser session of the user */
export async function makeSession({ runtime, pool }: World, userId: string): Promise<string> {
  await runtime.browserSessions.open((await runtime.browserSessions.createLogin(userId)).token)
  const text = 'select id from browser_session where user_id = $1 order by created_at desc limit 1'
  const { rows } = await pool.query<{ id: string }>(text, [userId])
  return encodeId('BrowserSession', rows[0]?.id ?? '')
}

/**
 * Waits until no execution runs.
 *
 * @returns a digest of everything that the installation stores, except what its processes write on their own
 */
export async function digestOf({ pool }: World): Promise<string> {
  const isRunning = async (): Promise<boolean> =>
    (await pool.query(`select 1 from execution where status in ('QUEUED', 'RUNNING') limit 1`)).rowCount === 1
  while (await isRunning()) await new Promise((resolve) => setTimeout(resolve, 10))
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I', table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('worker', 'cost_bucket') order by 1`,
  )
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as t, md5(string_agg(r, '' order by r)) as d from (select ctid::text || xmin::text as r from ${name}) as rows`,
  )
  const { rows } = await pool.query(`${parts.join(' union all ')} order by 1`)
  return JSON.stringify(rows)
}

/** Everything that an account owns, as text. */
export async function ownedBy({ pool }: World, { accountId }: Place): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string; column: string }>(
    `select format('%I', c.table_name) as name, format('%I', c.column_name) as column
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name in ('owner_id', 'account_id') order by 1`,
  )
  const owned = await Promise.all(
    tables.map(async ({ name, column }) => {
      const { rows } = await pool.query(`select x::text as row from ${name} x where ${column} = $1 order by 1`, [accountId])
      return [name, rows]
    }),
  )
  return JSON.stringify(owned)
}
