import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifyWebhookSignature, webhookSchema } from './webhook.ts'

const SECRET = "It's a Secret to Everybody"
const BODY = Buffer.from('Hello, World!')
const AT = 1_700_000_000
const events = [{ name: 'push', description: 'Commits were pushed' }]
const webhook = (signature: object) => webhookSchema.parse({ events, signature })
const verify = (signature: object, headers: Record<string, string>, body: Uint8Array = BODY, now = AT * 1000): boolean =>
  verifyWebhookSignature(webhook(signature), SECRET, new Headers(headers), body, now)
const hmac = (text: string, encoding: 'hex' | 'base64' = 'hex', algorithm = 'sha256'): string =>
  createHmac(algorithm, SECRET).update(text).digest(encoding)

const GITHUB = { header: 'X-Hub-Signature-256', algorithm: 'hmac-sha256', prefix: 'sha256=' }
// From GitHub's documentation, "Validating webhook deliveries".
const GITHUB_SIGNED = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
const STRIPE = {
  header: 'stripe-signature',
  algorithm: 'hmac-sha256',
  prefix: 'v1=',
  timestampHeader: 'stripe-signature',
  timestampPrefix: 't=',
}
const SLACK = {
  header: 'x-slack-signature',
  algorithm: 'hmac-sha256',
  prefix: 'v0=',
  timestampHeader: 'x-slack-request-timestamp',
  payload: 'v0:{timestamp}:{body}',
}

describe('accepts a message signed', () => {
  it.each<[string, object, Record<string, string>]>([
    ['by GitHub', GITHUB, { 'x-hub-signature-256': GITHUB_SIGNED }],
    [
      'by GitHub with SHA-1',
      { header: 'x-hub-signature', algorithm: 'hmac-sha1', prefix: 'sha1=' },
      { 'x-hub-signature': `sha1=${hmac('Hello, World!', 'hex', 'sha1')}` },
    ],
    ['by Stripe', STRIPE, { 'stripe-signature': `t=${AT},v1=${hmac(`${AT}.Hello, World!`)},v0=00` }],
    [
      'by Stripe with two secrets, during a rotation',
      STRIPE,
      { 'stripe-signature': `t=${AT},v1=${'0'.repeat(64)},v1=${hmac(`${AT}.Hello, World!`)}` },
    ],
    ['by Slack', SLACK, { 'x-slack-request-timestamp': `${AT}`, 'x-slack-signature': `v0=${hmac(`v0:${AT}:Hello, World!`)}` }],
    [
      'with a base64 signature',
      { header: 'x-hmac', algorithm: 'hmac-sha256', encoding: 'base64' },
      { 'x-hmac': hmac('Hello, World!', 'base64') },
    ],
  ])('%s', (_what, signature, headers) => {
    expect(verify(signature, headers)).toBe(true)
    expect(verify(signature, headers, Buffer.from('Hello, World?'))).toBe(false)
  })

  it('with a body that is not UTF-8', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x7b, 0xc3])
    const signed = createHmac('sha256', SECRET).update(bytes).digest('hex')
    expect(verify(GITHUB, { 'x-hub-signature-256': `sha256=${signed}` }, bytes)).toBe(true)
  })
})

describe('rejects a message', () => {
  it.each([
    {},
    { 'x-hub-signature-256': '' },
    { 'x-hub-signature-256': 'sha256=' },
    { 'x-hub-signature-256': GITHUB_SIGNED.slice('sha256='.length) },
    { 'x-hub-signature-256': GITHUB_SIGNED.slice(0, -2) },
    { 'x-hub-signature-256': `${GITHUB_SIGNED}00` },
    { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    { 'x-hub-signature-256': `${'sha256=00 '.repeat(10)}${GITHUB_SIGNED}` },
    { 'x-hub-signature': GITHUB_SIGNED },
  ])('with %j', (headers) => {
    expect(verify(GITHUB, headers)).toBe(false)
  })

  it.each([AT - 301, AT + 301, '', 'now', `${AT}.5`, -1])('with the timestamp %j', (sent) => {
    expect(verify(STRIPE, { 'stripe-signature': `t=${sent},v1=${hmac(`${sent}.Hello, World!`)}` })).toBe(false)
  })

  it('with a timestamp other than the signed one', () => {
    expect(verify(STRIPE, { 'stripe-signature': `t=${AT},v1=${hmac(`${AT - 400}.Hello, World!`)}` })).toBe(false)
  })
})

it('parses its own output to the same value', () => {
  for (const signature of [GITHUB, STRIPE, SLACK]) expect(webhookSchema.parse(webhook(signature))).toEqual(webhook(signature))
})

it.each([
  [{ ...GITHUB, algorithm: 'hmac-md5' }, 'Invalid option'],
  [{ ...GITHUB, header: 'a b' }, 'name of a header'],
  [{ ...GITHUB, payload: 'x' }, '{body} once'],
  [{ ...STRIPE, payload: '{body}' }, 'an unsigned time proves nothing'],
  [{ ...GITHUB, payload: '{timestamp}.{body}' }, 'if and only if timestampHeader is set'],
])('rejects the declaration %j', (signature, message) => {
  expect(webhookSchema.safeParse({ events, signature }).error?.message).toContain(message)
})
