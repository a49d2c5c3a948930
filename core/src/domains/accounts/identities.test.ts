import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cloneDatabase } from '../../testing/test-database.ts'
import { createTestRuntime, type TestRuntime } from '../../testing/test-runtime.ts'
import { normalizeEmail } from '../../base/index.ts'
import type { User } from './entities.ts'
import type { ForeignIdentity } from './identities.ts'

let runtime: TestRuntime
let pool: pg.Pool
beforeAll(async () => {
  const databaseUrl = await cloneDatabase(inject('postgresUrl'))
  pool = new pg.Pool({ connectionString: databaseUrl, max: 4 })
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [], databaseUrl })
})
afterAll(async () => {
  await pool.end()
  await runtime.close()
})

const ISSUER = 'https://issuer.example'

function resolve(identity: Partial<ForeignIdentity>, mayCreate = true): Promise<User | undefined> {
  return runtime.identities.resolve({ issuer: ISSUER, subject: randomUUID(), ...identity }, { mayCreate })
}

async function addUser(email: string, isVerified: boolean): Promise<string> {
  const { id } = await runtime.users.create('Ada')
  await pool.query('update app_user set email = $2, email_verified = $3 where id = $1', [id, email, isVerified])
  return id
}

const newEmail = (): string => `${randomUUID()}@mail.example`

describe('a new identity', () => {
  it('has no user if creation is not allowed', async () => {
    expect(await resolve({ email: newEmail(), emailVerified: true }, false)).toBeUndefined()
  })

  it('creates a user with a personal account, its name and its verified address', async () => {
    const email = newEmail()
    const user = await resolve({ name: ' Ada\nLovelace ', email: email.toUpperCase(), emailVerified: true })
    expect(user).toMatchObject({ name: 'Ada Lovelace', role: 'MEMBER', email, emailVerified: true })
    const { rows } = await pool.query('select account_id = user_id as own, role from member where user_id = $1', [user?.id])
    expect(rows).toEqual([{ own: true, role: 'OWNER' }])
  })

  it.each([
    [{ email: 'ada@mail.example', emailVerified: false }, 'ada'],
    [{ email: 'ada@mail.example' }, 'ada'],
    [{ email: 'no address', emailVerified: true }, 'no address'],
    [{ name: '\0\ud800' }, '\ufffd'],
    [{ name: '' }, 'User'],
    [{}, 'User'],
  ])('with the claims %j creates a user without an address', async (claims, name) => {
    expect(await resolve(claims)).toMatchObject({ name, email: null, emailVerified: false })
  })

  it.each([
    { subject: '' },
    { subject: 'x'.repeat(1025) },
    { subject: 'a\0b' },
    { subject: '\ud800' },
    { issuer: '' },
    { issuer: 'x'.repeat(2049) },
  ])('with an invalid claim has no user %#', async (claims) => {
    expect(await resolve(claims)).toBeUndefined()
  })
})

describe('an existing user', () => {
  it('is linked by an address that both sides have verified', async () => {
    const email = newEmail()
    const id = await addUser(email, true)
    expect(await resolve({ email, emailVerified: true }, false)).toMatchObject({ id })
  })

  it.each([
    { here: true, there: false },
    { here: false, there: true },
    { here: false, there: false },
  ])('is not linked when the address is verified here: $here, by the issuer: $there', async ({ here, there }) => {
    const email = newEmail()
    const id = await addUser(email, here)
    expect(await resolve({ email, emailVerified: there }, false)).toBeUndefined()
    const user = await resolve({ email, emailVerified: there })
    expect(user).toMatchObject({ email: null, emailVerified: false })
    expect(user?.id).not.toBe(id)
  })

  it('is not linked by an address that becomes equal by Unicode case mapping', async () => {
    const id = await addUser('mike@mail.example', true)
    const user = await resolve({ email: 'mi\u212ae@mail.example', emailVerified: true })
    expect(user?.id).not.toBe(id)
  })

  it('stays linked when the address of the identity changes', async () => {
    const [email, subject] = [newEmail(), randomUUID()]
    const id = await addUser(email, true)
    await resolve({ subject, email, emailVerified: true }, false)
    await addUser(`new-${email}`, true)
    expect(await resolve({ subject, email: `new-${email}`, emailVerified: true }, false)).toMatchObject({ id })
    expect(await resolve({ subject }, false)).toMatchObject({ id })
  })
})

it('distinguishes the same subject of two issuers', async () => {
  const subject = randomUUID()
  const [one, two] = [await resolve({ subject }), await resolve({ subject, issuer: `${ISSUER}/` })]
  expect(one?.id).not.toBe(two?.id)
})

it('creates one user for requests that arrive together', async () => {
  const [subject, email] = [randomUUID(), newEmail()]
  const same = Array.from({ length: 8 }, () => resolve({ subject, email, emailVerified: true }))
  const others = Array.from({ length: 4 }, (_, index) => resolve({ issuer: `${ISSUER}/${index}`, email, emailVerified: true }))
  const ids = (await Promise.all([...same, ...others])).map((user) => user?.id)
  expect(new Set(ids).size).toBe(1)
})

it('normalizes an address to a fixed point without capital letters from A to Z', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (text) => {
      const email = normalizeEmail(text)
      if (email === undefined) return
      expect(normalizeEmail(email)).toBe(email)
      expect(email).not.toMatch(/[A-Z]/)
    }),
  )
})
