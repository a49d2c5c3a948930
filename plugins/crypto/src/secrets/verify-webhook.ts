import { defineBlock } from '@ashlar/sdk'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { z } from 'zod'
import { isSameText } from '../bytes/index.ts'
import { readSecret, secretGrant } from './provider.ts'

const SCHEMES = ['github', 'stripe', 'slack', 'shopify', 'standard', 'hex', 'base64'] as const
type Scheme = (typeof SCHEMES)[number]

const credentials = { secret: { type: 'API_KEY', key: "It's a Secret to Everybody" } } as const

export const verifyWebhook = defineBlock({
  id: '6795bdda-138c-4533-8622-10b886fd71cf',
  name: 'verify-webhook',
  description: 'Check the signature of a webhook message from GitHub, Stripe, Slack, Shopify or another service.',
  category: 'CRYPTO',
  icon: 'webhook',
  synonyms: ['webhook signature', 'hmac', 'x-hub-signature', 'stripe-signature', 'svix', 'validate webhook', 'signing secret'],
  capabilities: secretGrant,
  input: z.object({
    body: z
      .string()
      .describe('The body of the message, exactly as it arrived. JSON that was parsed and written again has another signature.'),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).describe('The headers of the message.'),
    scheme: z
      .enum(SCHEMES)
      .default('github')
      .describe(
        'Who has sent the message. "standard" is Standard Webhooks (Svix, OpenAI, Clerk and others). "hex" and "base64" are the HMAC of the body in a header.',
      ),
    header: z.string().default('x-signature').describe('The header that contains the signature, for "hex" and "base64".'),
    algorithm: z
      .enum(['SHA-256', 'SHA-1', 'SHA-512'])
      .default('SHA-256')
      .meta({ description: 'The algorithm, for "hex" and "base64".', advanced: true }),
    tolerance: z
      .int()
      .min(0)
      .default(300)
      .describe('The seconds that a message may be old, if the signature has a time. 0 for any age.'),
  }),
  output: z.object({
    valid: z.boolean().describe('Whether the message comes from the service.'),
    body: z.string().describe('The body, if the signature is valid.'),
    reason: z.string().describe('Why the signature is not valid.'),
  }),
  tests: [
    {
      name: 'the example of GitHub',
      input: {
        body: 'Hello, World!',
        headers: { 'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      },
      credentials,
      output: [
        ['valid', true],
        ['body', 'Hello, World!'],
      ],
    },
    {
      input: {
        body: 'Hello, World?',
        headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      },
      credentials,
      output: [
        ['valid', false],
        ['reason', 'the signature in the header "x-hub-signature-256" does not match the body and the secret'],
      ],
    },
    {
      name: 'the example of Slack',
      input: {
        scheme: 'slack',
        tolerance: 0,
        headers: {
          'x-slack-request-timestamp': '1531420618',
          'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
        },
        body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
      },
      credentials: { secret: { type: 'API_KEY', key: '8f742231b10e8888abcd99yyyzzz85a5' } },
      output: [
        ['valid', true],
        ['body', (body: string) => body.startsWith('token=')],
      ],
    },
    {
      name: 'the example of Standard Webhooks',
      input: {
        scheme: 'standard',
        tolerance: 0,
        headers: {
          'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
          'webhook-timestamp': '1614265330',
          'webhook-signature': 'v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
        },
        body: '{"test": 2432232314}',
      },
      credentials: { secret: { type: 'API_KEY', key: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } },
      output: [
        ['valid', true],
        ['body', '{"test": 2432232314}'],
      ],
    },
    {
      name: 'an old message',
      input: { scheme: 'stripe', headers: { 'stripe-signature': 't=1531420618,v1=00' }, body: '{}' },
      credentials,
      now: '2026-03-29T12:00:00Z',
      output: [
        ['valid', false],
        ['reason', 'the message is older than 300 seconds'],
      ],
    },
    {
      input: { scheme: 'hex', headers: {}, body: '' },
      credentials,
      output: [
        ['valid', false],
        ['reason', 'the header "x-signature" is missing'],
      ],
    },
  ],
  async *run(input, context) {
    const reason = findFault(await readSecret(context), input)
    yield ['valid', reason === undefined]
    if (reason === undefined) yield ['body', input.body]
    else yield ['reason', reason]
  },
})

interface Message {
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly scheme: Scheme
  readonly header: string
  readonly algorithm: 'SHA-256' | 'SHA-1' | 'SHA-512'
  readonly tolerance: number
}

/** What a scheme reads from the headers. */
interface Signed {
  readonly header: string
  /** The possible signatures. */
  readonly signatures: readonly string[]
  /** The text that is signed. */
  readonly text: string
  /** Seconds since 1970. */
  readonly time?: string | undefined
  readonly encoding: 'hex' | 'base64'
  readonly key: Uint8Array
}

const HASHES = { 'SHA-256': sha256, 'SHA-1': sha1, 'SHA-512': sha512 }

function findFault(secret: string, message: Message): string | undefined {
  const signed = readScheme(secret, message)
  if (typeof signed === 'string') return `the header "${signed}" is missing`
  const age = signed.time === undefined ? 0 : Math.abs(Date.now() / 1000 - Number(signed.time))
  if (message.tolerance > 0 && !(age <= message.tolerance)) return `the message is older than ${message.tolerance} seconds`
  const algorithm = message.scheme === 'hex' || message.scheme === 'base64' ? message.algorithm : 'SHA-256'
  const mac = hmac(HASHES[algorithm], signed.key, new TextEncoder().encode(signed.text))
  const expected = signed.encoding === 'hex' ? mac.toHex() : mac.toBase64()
  const isHex = signed.encoding === 'hex'
  if (signed.signatures.some((given) => isSameText(isHex ? given.toLowerCase() : given, expected))) return undefined
  return `the signature in the header "${signed.header}" does not match the body and the secret`
}

/** @returns the name of the header that is missing, or what is signed */
function readScheme(secret: string, { scheme, headers, body, header: own }: Message): Signed | string {
  const read = (name: string) =>
    Object.entries(headers)
      .find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1]
      ?.toString()
  const names: Record<Scheme, string> = {
    github: 'x-hub-signature-256',
    stripe: 'stripe-signature',
    slack: 'x-slack-signature',
    shopify: 'x-shopify-hmac-sha256',
    standard: read('svix-signature') === undefined ? 'webhook-signature' : 'svix-signature',
    hex: own,
    base64: own,
  }
  const header = names[scheme]
  const value = read(header)
  if (value === undefined) return header
  const key = new TextEncoder().encode(secret)
  const plain = { header, text: body, key, signatures: [value.trim().replace(/^(sha\d+|hmac)=/i, '')] }
  switch (scheme) {
    case 'shopify':
    case 'base64':
      return { ...plain, encoding: 'base64' }
    case 'stripe': {
      const parts = value.split(',').map((part) => part.trim().split('='))
      const time = parts.find(([name]) => name === 't')?.[1] ?? ''
      const signatures = parts.flatMap(([name, given]) => (name === 'v1' && given ? [given] : []))
      return { header, key, time, signatures, text: `${time}.${body}`, encoding: 'hex' }
    }
    case 'slack': {
      const time = read('x-slack-request-timestamp') ?? ''
      return { header, key, time, signatures: [value.replace(/^v0=/, '')], text: `v0:${time}:${body}`, encoding: 'hex' }
    }
    case 'standard':
      return readStandard(secret, header, value, body, read)
    case 'github':
    case 'hex':
      return { ...plain, encoding: 'hex' }
  }
}

function readStandard(
  secret: string,
  header: string,
  value: string,
  body: string,
  read: (name: string) => string | undefined,
): Signed {
  const prefix = header.slice(0, header.indexOf('-'))
  const time = read(`${prefix}-timestamp`) ?? ''
  const signatures = value.split(/\s+/).flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []))
  return {
    header,
    signatures,
    time,
    text: `${read(`${prefix}-id`) ?? ''}.${time}.${body}`,
    encoding: 'base64',
    key: readStandardKey(secret),
  }
}

/** The message must not contain the secret. */
function readStandardKey(secret: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(secret.replace(/^whsec_/, ''))
  } catch {
    throw new Error('the secret of the credential must be Base64, usually after "whsec_"')
  }
}
