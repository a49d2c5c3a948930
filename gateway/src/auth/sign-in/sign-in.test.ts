import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../../server/index.ts'
import { createMailServer, type MailServer } from './test-mail-server.ts'

const PASSWORD = 'correct horse battery'

let runtime: TestRuntime
let mails: MailServer
/** Sends mail, and everyone may sign up. */
let open: Gateway
/** Sends no mail, and users sign up by invitation. */
let invited: Gateway
const log: string[] = []
const logger = { info: (text: string) => void log.push(text), error: (text: string) => void log.push(text) }
let count = 0
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  mails = await createMailServer()
  const mail = { smtpUrl: mails.url, from: 'Ashlar <ashlar@example.com>' }
  open = createGateway({ runtime, ownerKey: 'a key', publicUrl: 'https://ashlar.example', signUpPolicy: 'open', mail, logger })
  invited = createGateway({ runtime, ownerKey: 'a key', logger })
})
afterAll(async () => {
  await open.close()
  await invited.close()
  await mails.close()
  await runtime.close()
})

const newEmail = (): string => `person${++count}@example.com`

function post(gateway: Gateway, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const origin = gateway === open ? 'https://ashlar.example' : 'http://127.0.0.1:4000'
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
  return gateway.fetch(new Request(`${origin}${path}`, init))
}

async function addUser(): Promise<string> {
  const email = newEmail()
  const { token } = await runtime.signIn.createLink('SIGN_UP', email)
  await runtime.signIn.completeSignUp(token, { name: 'Ada', password: PASSWORD })
  return email
}

async function answerOf(response: Response): Promise<unknown> {
  return { status: response.status, body: await response.json(), cookie: response.headers.get('set-cookie') }
}

describe('signing in', () => {
  it('opens a session whose cookie and page token authenticate together', async () => {
    const response = await post(invited, '/sign-in', { email: await addUser(), password: PASSWORD })
    const { pageToken } = (await response.json()) as { pageToken: string }
    const cookie = (response.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
    const url = 'http://127.0.0.1:4000/graphql?query={viewer{user{name}}}'
    const viewer = await invited.fetch(new Request(url, { headers: { cookie, 'ashlar-page-token': pageToken } }))
    expect(await viewer.json()).toMatchObject({ data: { viewer: { user: { name: 'Ada' } } } })
  })

  it('answers an unknown address exactly like a wrong password', async () => {
    const email = await addUser()
    const known = await answerOf(await post(invited, '/sign-in', { email, password: 'x'.repeat(12) }))
    const unknown = await answerOf(await post(invited, '/sign-in', { email: newEmail(), password: 'x'.repeat(12) }))
    expect(known).toMatchObject({ status: 401, cookie: null })
    expect(unknown).toEqual(known)
  })

  it('allows 20 attempts in a minute for an address, also concurrently', async () => {
    const limited = createGateway({ runtime, ownerKey: 'a key', logger })
    const body = { email: newEmail(), password: 'x' }
    const answers = await Promise.all(Array.from({ length: 25 }, () => post(limited, '/sign-in', body)))
    await limited.close()
    expect(answers.filter(({ status }) => status === 429).length).toBe(5)
  })

  it.each([
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 400],
  ])('rejects a request of %s', async (_title, headers, status) => {
    const response = await post(invited, '/sign-in', { email: await addUser(), password: PASSWORD }, headers)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null])
  })

  it('rejects a body that is too large, and never repeats a password', async () => {
    const large = await post(invited, '/sign-in', { email: newEmail(), password: 'x'.repeat(10_000) })
    const wrong = await post(invited, '/sign-in', { email: 7, password: PASSWORD })
    expect([large.status, wrong.status]).toEqual([400, 400])
    expect(await wrong.text()).not.toContain(PASSWORD)
  })
})

describe('the pages', () => {
  it.each(['/sign-in', '/sign-up', '/reset'])('%s changes nothing when it is read with a token', async (path) => {
    const { token } = await runtime.signIn.createLink('RESET', await addUser())
    for (const method of ['GET', 'HEAD']) {
      const page = await open.fetch(new Request(`https://ashlar.example${path}?token=${token}`, { method }))
      expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
    }
    expect((await post(invited, '/reset/complete', { token, password: PASSWORD })).status).toBe(202)
  })

  it.each(['/sign-up/complete', '/reset/complete', '/sign-up/invited'])('%s accepts only POST', async (path) => {
    expect((await open.fetch(new Request(`https://ashlar.example${path}`))).status).toBe(405)
  })
})

describe('mail', () => {
  it('carries a link in the fragment, with which the person signs up', async () => {
    const email = newEmail()
    const [mail, answer] = await Promise.all([mails.next(), post(open, '/sign-up', { email })])
    const token = /https:\/\/ashlar\.example\/sign-up#([\w-]{43})/.exec(mail)?.[1]
    expect(answer.status).toBe(202)
    expect(mail).toContain(`To: ${email}`)
    expect((await post(open, '/sign-up/complete', { token, name: 'Bo', password: PASSWORD })).status).toBe(202)
    expect((await post(open, '/sign-up/complete', { token, name: 'Bo', password: PASSWORD })).status).toBe(404)
    expect((await post(open, '/sign-in', { email, password: PASSWORD })).status).toBe(200)
  })

  it('tells a user that someone tried to sign up, and the answer is that for a new address', async () => {
    const email = await addUser()
    const [mail, known] = await Promise.all([mails.next(), post(open, '/sign-up', { email })])
    const [, unknown] = await Promise.all([mails.next(), post(open, '/sign-up', { email: newEmail() })])
    expect(mail).toContain('You already have an account')
    expect(mail).not.toContain('#')
    expect(await answerOf(known)).toEqual(await answerOf(unknown))
  })

  it('resets a password, and the answer does not reveal whether a user has the address', async () => {
    const email = await addUser()
    const unknown = await answerOf(await post(open, '/reset', { email: newEmail() }))
    const [mail, known] = await Promise.all([mails.next(), post(open, '/reset', { email })])
    expect(await answerOf(known)).toEqual(unknown)
    const token = /\/reset#([\w-]{43})/.exec(mail)?.[1]
    expect((await post(open, '/reset/complete', { token, password: 'a new long password' })).status).toBe(202)
    expect((await post(open, '/sign-in', { email, password: 'a new long password' })).status).toBe(200)
  })

  it('is required for a reset: without it, an administrator creates the link', async () => {
    expect(await answerOf(await post(invited, '/reset', { email: newEmail() }))).toMatchObject({ status: 403 })
  })

  it('cannot be avoided with an invitation', async () => {
    const body = { email: newEmail(), name: 'Bo', password: PASSWORD, invitation: 'x' }
    expect((await post(open, '/sign-up/invited', body)).status).toBe(403)
  })
})

it('writes no secret and no e-mail address of a person to the log, except that of the limit', () => {
  const text = log.filter((line) => !line.includes('failed sign-in attempts')).join('\n')
  expect(text).not.toMatch(/correct horse|person\d|#[\w-]{43}/)
})
