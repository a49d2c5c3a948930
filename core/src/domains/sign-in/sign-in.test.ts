import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'

const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'another long password'

let runtime: TestRuntime
let count = 0
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
})
afterAll(() => runtime.close())

const newEmail = (): string => `user${++count}@example.com`

async function addUser(email = newEmail()): Promise<{ email: string; userId: string }> {
  const { token } = await runtime.signIn.createLink('SIGN_UP', email)
  return { email, ...(await runtime.signIn.completeSignUp(token, { name: 'Ada', password: PASSWORD })) }
}

async function newInvitation(): Promise<{ token: string; accountId: string }> {
  const { account } = await runtime.accounts.createOrganization(runtime.ownerId, { name: 'Acme' })
  const { token } = await runtime.accounts.invite(runtime.ownerId, account.id, { role: 'EDITOR' })
  return { token, accountId: account.id }
}

async function countUsers(): Promise<number> {
  return (await runtime.database.pool.query('select from app_user')).rowCount ?? 0
}

async function countSuccesses(attempts: readonly Promise<unknown>[]): Promise<number> {
  return (await Promise.allSettled(attempts)).filter(({ status }) => status === 'fulfilled').length
}

describe('signing in with a password', () => {
  it('opens a session of the user, and the case of the address does not matter', async () => {
    const { email, userId } = await addUser()
    const opened = await runtime.signIn.open({ email: ` ${email.toUpperCase()}`, password: PASSWORD }, {})
    expect(opened && (await runtime.callers.ofSession(opened))?.user.id).toBe(userId)
  })

  it.each([
    ['a wrong password', async () => ({ email: (await addUser()).email, password: OTHER_PASSWORD })],
    ['an empty password', async () => ({ email: (await addUser()).email, password: '' })],
    ['a password of a megabyte', async () => ({ email: (await addUser()).email, password: 'x'.repeat(1e6) })],
    ['an unknown address', () => ({ email: 'unknown@example.com', password: PASSWORD })],
    ['the dummy password', () => ({ email: 'unknown@example.com', password: 'the dummy password' })],
  ])('rejects %s', async (_title, credentials) => {
    expect(await runtime.signIn.open(await credentials(), {})).toBeUndefined()
  })

  it('takes about as long for an unknown address as for a wrong password', async () => {
    const { email } = await addUser()
    const measure = async (address: string): Promise<number> => {
      const start = performance.now()
      await runtime.signIn.open({ email: address, password: OTHER_PASSWORD }, {})
      return performance.now() - start
    }
    let [known, unknown] = [Infinity, Infinity] // the shortest of interleaved attempts: other work can only lengthen one
    for (let i = 0; i < 9; i++) {
      known = Math.min(known, await measure(email))
      unknown = Math.min(unknown, await measure('unknown@example.com'))
    }
    expect(unknown / known).toBeGreaterThan(0.4) // without the dummy hash it is below 0.1
  })

  it('replaces a hash that was made with other parameters', async () => {
    const { email, userId } = await addUser()
    const { hash } = await import('@node-rs/argon2')
    const weak = await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    await runtime.database.pool.query('update password set hash = $2 where user_id = $1', [userId, weak])
    expect(await runtime.signIn.open({ email, password: PASSWORD }, {})).toBeDefined()
    const { rows } = await runtime.database.pool.query('select hash from password where user_id = $1', [userId])
    expect(rows[0]?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await runtime.signIn.open({ email, password: PASSWORD }, {})).toBeDefined()
  })
})

describe('a link', () => {
  it('sets the password of an existing user and ends all sessions', async () => {
    const { email } = await addUser()
    const before = await runtime.signIn.open({ email, password: PASSWORD }, {})
    const { token } = await runtime.signIn.createLink('RESET', email)
    await runtime.signIn.completeReset(token, OTHER_PASSWORD)
    expect(before && (await runtime.callers.ofSession(before))).toBeUndefined()
    expect(await runtime.signIn.open({ email, password: PASSWORD }, {})).toBeUndefined()
    expect(await runtime.signIn.open({ email, password: OTHER_PASSWORD }, {})).toBeDefined()
  })

  it('ends the other reset links of the user when it is used', async () => {
    const { email } = await addUser()
    const [first, second] = [await runtime.signIn.createLink('RESET', email), await runtime.signIn.createLink('RESET', email)]
    await runtime.signIn.completeReset(first.token, OTHER_PASSWORD)
    await expect(runtime.signIn.completeReset(second.token, PASSWORD)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('works for exactly one of any number of concurrent callers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 6 }), fc.boolean(), async (callers, isReset) => {
        const email = isReset ? (await addUser()).email : newEmail()
        const { token } = await runtime.signIn.createLink(isReset ? 'RESET' : 'SIGN_UP', email)
        const attempts = Array.from({ length: callers }, () =>
          isReset
            ? runtime.signIn.completeReset(token, OTHER_PASSWORD)
            : runtime.signIn.completeSignUp(token, { name: 'Ada', password: PASSWORD }),
        )
        expect(await countSuccesses(attempts)).toBe(1)
      }),
      { numRuns: 6 },
    )
  })

  it('remains usable after an invalid password', async () => {
    const { email } = await addUser()
    const { token } = await runtime.signIn.createLink('RESET', email)
    await expect(runtime.signIn.completeReset(token, 'short')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await runtime.signIn.completeReset(token, OTHER_PASSWORD)
  })

  it('of one kind is unknown to the other, and expires', async () => {
    const { email } = await addUser()
    const { token } = await runtime.signIn.createLink('RESET', email)
    const signUp = runtime.signIn.completeSignUp(token, { name: 'Ada', password: PASSWORD })
    await expect(signUp).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await runtime.database.pool.query(`update sign_in_link set expires_at = now() - interval '1 second'`)
    await expect(runtime.signIn.completeReset(token, PASSWORD)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is stored only as a hash', async () => {
    const { token } = await runtime.signIn.createLink('SIGN_UP', newEmail())
    const { rows } = await runtime.database.pool.query('select * from sign_in_link')
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(token)
  })
})

describe('signing up', () => {
  it.each([
    ['closed', false],
    ['closed', true],
    ['invitation', false],
  ] as const)('is refused by the policy %s (invited: %s)', async (policy, isInvited) => {
    const invitation = isInvited ? (await newInvitation()).token : undefined
    const request = runtime.signIn.requestSignUp(policy, { email: newEmail(), invitation })
    await expect(request).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('by mail creates the user when the link is used, with a verified address and the membership', async () => {
    const [email, { token, accountId }, before] = [newEmail(), await newInvitation(), await countUsers()]
    const mail = await runtime.signIn.requestSignUp('invitation', { email, invitation: token })
    expect([mail.kind, mail.to, await countUsers()]).toEqual(['SIGN_UP', email, before])
    if (mail.kind !== 'SIGN_UP') throw new Error('the mail has no link')
    const { userId } = await runtime.signIn.completeSignUp(mail.token, { name: 'Ada', password: PASSWORD })
    expect((await runtime.users.find([userId])).get(userId)).toMatchObject({ email, emailVerified: true, role: 'MEMBER' })
    expect((await runtime.accounts.find(userId, [accountId])).get(accountId)?.role).toBe('EDITOR')
  })

  it('with the address of a user sends that user a mail without a link', async () => {
    const { email } = await addUser()
    expect(await runtime.signIn.requestSignUp('open', { email })).toEqual({ kind: 'ALREADY_USER', to: email })
  })

  it('without mail consumes the invitation once, and the address is not verified', async () => {
    const { token, accountId } = await newInvitation()
    const before = await countUsers()
    const attempts = Array.from({ length: 4 }, () =>
      runtime.signIn.signUpInvited('invitation', { email: newEmail(), name: 'Ada', password: PASSWORD, invitation: token }),
    )
    const results = await Promise.allSettled(attempts)
    const [won, ...others] = results.filter((result) => result.status === 'fulfilled')
    expect([others.length, await countUsers()]).toEqual([0, before + 1])
    const userId = won?.value.userId ?? ''
    expect((await runtime.users.find([userId])).get(userId)?.emailVerified).toBe(false)
    expect((await runtime.accounts.find(userId, [accountId])).has(accountId)).toBe(true)
  })

  it('without an invitation does not reveal whether a user has the address', async () => {
    const user = { name: 'Ada', password: PASSWORD, invitation: 'x'.repeat(43) }
    const answers = [(await addUser()).email, newEmail()].map((email) =>
      runtime.signIn.signUpInvited('invitation', { ...user, email }).catch((error: unknown) => error),
    )
    const [known, unknown] = await Promise.all(answers)
    expect(known).toMatchObject({ code: 'NOT_FOUND' })
    expect(known).toEqual(unknown)
  })

  it('keeps the invitation when a user has the address', async () => {
    const [{ token }, { email }] = [await newInvitation(), await addUser()]
    const user = { name: 'Ada', password: PASSWORD, invitation: token }
    await expect(runtime.signIn.signUpInvited('open', { ...user, email })).rejects.toMatchObject({ code: 'CONFLICT' })
    await runtime.signIn.signUpInvited('open', { ...user, email: newEmail() })
  })
})

it('the first reset by mail ends what another person may have made with the address', async () => {
  const { email, userId } = await addUser()
  const limits = { accountIds: null, graphIds: null, expiresAt: null }
  const createKey = () => runtime.apiKeys.create(userId, { name: 'CI', scopes: ['EXECUTE'], ...limits })
  const reset = async () => {
    const mail = await runtime.signIn.requestReset(email)
    await runtime.signIn.completeReset(mail?.kind === 'RESET' ? mail.token : '', PASSWORD)
  }
  await runtime.database.pool.query(
    `insert into identity (issuer, subject, user_id, created_at) values ('https://login.example', 'ada', $1, now())`,
    [userId],
  )
  const { secret } = await createKey()
  expect(await runtime.callers.ofKey(secret)).toBeDefined()
  await reset()
  expect(await runtime.callers.ofKey(secret)).toBeUndefined()
  const { rowCount } = await runtime.database.pool.query('select from identity where user_id = $1', [userId])
  expect(rowCount).toBe(0)
  const { secret: own } = await createKey()
  await reset()
  expect(await runtime.callers.ofKey(own)).toBeDefined()
})
