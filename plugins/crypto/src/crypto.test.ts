import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as nodeSign,
  verify as nodeVerify,
  type KeyObject,
} from 'node:crypto'
import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from './codes/index.ts'
import { compress, decompress } from './compression/index.ts'
import { hash, hmacBlock } from './hashes/index.ts'
import { signJwt, verifyJwt } from './jwt/index.ts'
import { ALGORITHMS, type Algorithm } from './jwt/algorithms.ts'
import { writePng } from './qr/png.ts'
import { decrypt, encrypt, hashPassword, verifyPassword } from './secrets/index.ts'

const bytes = fc.uint8Array({ maxLength: 300 })

test('hashes and signatures equal those of Node', async () => {
  const names = {
    'SHA-256': 'sha256',
    'SHA-512': 'sha512',
    'SHA-1': 'sha1',
    MD5: 'md5',
    'SHA3-256': 'sha3-256',
    BLAKE2b: 'blake2b512',
    'RIPEMD-160': 'ripemd160',
  }
  for (const [algorithm, name] of Object.entries(names))
    await fc.assert(
      fc.asyncProperty(bytes, async (data) => {
        const input = { text: data.toBase64(), text_is: 'base64', algorithm }
        expect((await run(hash, input)).hash).toBe(createHash(name).update(data).digest('hex'))
        const signature = (await run(hmacBlock, input, 'a key')).signature
        expect(signature).toBe(createHmac(name, 'a key').update(data).digest('hex'))
      }),
      { numRuns: 8 },
    )
})

test('decoding an encoded text returns the text', async () => {
  const formats = fc.constantFrom('base64', 'base64url', 'hex', 'base32', 'base58')
  await fc.assert(
    fc.asyncProperty(bytes, formats, async (data, format) => {
      const { text } = await run(encode, { text: data.toBase64(), text_is: 'base64', format })
      expect((await run(decode, { text, format })).base64).toBe(data.toBase64())
    }),
    { numRuns: 80 },
  )
  const texts = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed())
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom('percent', 'form', 'html', 'base64'), async (given, format) => {
      const { text } = await run(encode, { text: given, format })
      expect((await run(decode, { text, format })).text).toBe(given)
    }),
    { numRuns: 80 },
  )
})

test('decompressing compressed data returns the data', async () => {
  const data = fc.oneof(
    bytes,
    fc.string({ maxLength: 20 }).map((text) => new TextEncoder().encode(text.repeat(500))),
  )
  await fc.assert(
    fc.asyncProperty(data, fc.constantFrom('gzip', 'deflate', 'deflate-raw'), async (given, format) => {
      const { base64 } = await run(compress, { text: given.toBase64(), text_is: 'base64', format })
      expect((await run(decompress, { base64, format })).base64).toBe(given.toBase64())
    }),
    { numRuns: 60 },
  )
})

test('decrypting an encrypted text returns the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 16 }), async (given, key) => {
      const text = given.toWellFormed()
      const { encrypted } = await run(encrypt, { text }, key)
      expect((await run(decrypt, { encrypted }, key)).text).toBe(text)
    }),
    { numRuns: 50 },
  )
})

test.each(['bcrypt', 'argon2id'])('a password matches its hash of %s, and no other', async (algorithm) => {
  const { hash: hashed } = await run(hashPassword, { password: 'pässword', algorithm, cost: 8 })
  expect((await run(verifyPassword, { password: 'pässword', hash: hashed })).valid).toBe(true)
  expect((await run(verifyPassword, { password: 'password', hash: hashed })).valid).toBe(false)
})

test.each(ALGORITHMS)('tokens of %s are valid in Node, and those of Node are valid', async (algorithm) => {
  const pair = createPair(algorithm)
  const secret = pair ? exportPem(pair.privateKey) : 'a secret'
  const { token } = await run(signJwt, { claims: { sub: 'a' }, algorithm, header: { kid: 'k' } }, secret)
  const [header = '', claims = '', signature = ''] = String(token).split('.')
  const data = Buffer.from(`${header}.${claims}`)
  expect(pair ? nodeCheck(algorithm, pair.publicKey, data, Buffer.from(signature, 'base64url')) : macOf(algorithm, data)).toBe(
    pair ? true : signature,
  )

  const signed = pair ? nodeMake(algorithm, pair.privateKey, data) : macOf(algorithm, data)
  const publicKeys = pair
    ? [
        pair.publicKey.export({ type: 'spki', format: 'pem' }),
        pair.publicKey.export({ format: 'jwk' }),
        JSON.stringify({
          keys: [
            { kty: 'oct', k: 'AA', kid: 'k' },
            { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k' },
          ],
        }),
      ]
    : ['']
  for (const public_key of publicKeys) {
    const check = (text: string) => run(verifyJwt, { token: text, algorithms: [algorithm], public_key }, secret)
    expect(await check(`${header}.${claims}.${signed}`)).toMatchObject({ valid: true, claims: { sub: 'a' } })
    expect((await check(`${header}.${claims}.${signed.slice(0, -6)}AAAAAA`)).valid).toBe(false)
  }
})

test('reads private keys in all forms, also in one line', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const keys: [Algorithm, string][] = [
    ['RS256', String(rsa.export({ type: 'pkcs1', format: 'pem' }))],
    ['RS256', String(rsa.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n')],
    ['RS256', JSON.stringify(rsa.export({ format: 'jwk' }))],
    ['ES256', String(ec.export({ type: 'sec1', format: 'pem' }))],
    ['ES256', JSON.stringify(ec.export({ format: 'jwk' }))],
  ]
  for (const [algorithm, key] of keys) {
    const { token } = await run(signJwt, { claims: {}, algorithm }, key.replaceAll('\n', ' '))
    const pem = createPublicKey(
      createPrivateKey(
        algorithm === 'RS256' ? rsa.export({ type: 'pkcs8', format: 'pem' }) : ec.export({ type: 'pkcs8', format: 'pem' }),
      ),
    ).export({ type: 'spki', format: 'pem' })
    expect((await run(verifyJwt, { token, algorithms: [algorithm], public_key: pem })).valid).toBe(true)
  }
})

test('rejects a public key as the secret of HS256, and keys of another kind', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const public_key = publicKey.export({ type: 'spki', format: 'pem' })
  const { token } = await run(signJwt, { claims: {}, algorithm: 'HS256' }, 'a secret')
  await expect(run(verifyJwt, { token, algorithms: ['HS256', 'ES256'], public_key })).rejects.toThrow(
    'public_key must be empty for HS256',
  )
  const wrong = run(signJwt, { claims: {}, algorithm: 'RS256' }, exportPem(privateKey))
  await expect(wrong).rejects.toThrow('the key for RS256 must be an RSA key, got a key of the curve P-256')
})

test('an error does not contain the key', async () => {
  for (const key of [
    '-----BEGIN PRIVATE KEY-----c2VjcmV0c2VjcmV0-----END PRIVATE KEY-----',
    '{"kty":"secretsecret"',
    'secretsecret',
  ]) {
    const failure = await run(signJwt, { claims: {}, algorithm: 'RS256' }, key).catch((error: Error) => error.message)
    expect(failure).toMatch(/^the key of the credential cannot be used: /)
    expect(failure).not.toMatch(/secretsecret|c2Vjc/)
  }
})

test('a PNG contains the modules, with the given scale', async () => {
  const png = Buffer.from(
    await writePng(
      [
        [true, false],
        [false, true],
      ],
      3,
    ),
  )
  expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([6, 6])
  const data = png.subarray(png.indexOf('IDAT') + 4, png.indexOf('IEND') - 8)
  expect(inflateSync(data).toString('hex')).toBe(`${'001c'.repeat(3)}${'00e0'.repeat(3)}`)
})

const CURVES: Partial<Record<Algorithm, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

function createPair(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } | undefined {
  if (algorithm.startsWith('HS')) return undefined
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  const namedCurve = CURVES[algorithm]
  return namedCurve ? generateKeyPairSync('ec', { namedCurve }) : generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function exportPem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }))
}

function options(algorithm: Algorithm, key: KeyObject) {
  if (algorithm.startsWith('PS')) return { key, padding: 6, saltLength: Number(algorithm.slice(2)) / 8 }
  return { key, dsaEncoding: 'ieee-p1363' as const }
}

const digestOf = (algorithm: Algorithm) => (algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`)

function nodeMake(algorithm: Algorithm, key: KeyObject, data: Buffer): string {
  return nodeSign(digestOf(algorithm), data, options(algorithm, key)).toString('base64url')
}

function nodeCheck(algorithm: Algorithm, key: KeyObject, data: Buffer, signature: Buffer): boolean {
  return nodeVerify(digestOf(algorithm), data, options(algorithm, key), signature)
}

function macOf(algorithm: Algorithm, data: Buffer): string {
  return createHmac(`sha${algorithm.slice(2)}`, 'a secret')
    .update(data)
    .digest('base64url')
}

interface AnyBlock {
  readonly input: { parse(input: unknown): unknown }
  run(input: never, context: never): unknown
}

async function run(block: AnyBlock, input: unknown, key = ''): Promise<Record<string, unknown>> {
  const context = { credentials: async () => ({ reveal: async () => ({ type: 'API_KEY', key }) }) }
  const pairs = block.run(block.input.parse(input) as never, context as never) as AsyncIterable<[string, unknown]>
  const values: Record<string, unknown> = {}
  for await (const [pin, value] of pairs) values[pin] = value
  return values
}
