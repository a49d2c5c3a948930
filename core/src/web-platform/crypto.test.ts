import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

describe('crypto', () => {
  it('fills any integer array with new random numbers', async () => {
    const code = `const a = crypto.getRandomValues(new Uint8Array(32)); const b = crypto.getRandomValues(new Uint8Array(32)); const big = crypto.getRandomValues(new BigUint64Array(8192))
      return [hex(a) !== hex(b), new Set(big).size > 8000, crypto.getRandomValues(new Int16Array(2).subarray(1)).length, new Set(crypto.getRandomValues(new Uint8Array(65536))).size]`
    expect(await guest.evaluate(code)).toEqual([true, true, 1, 256])
  })

  it('rejects float arrays and more than 65536 bytes', async () => {
    const code = `const kinds = [new Float64Array(1), new Uint8Array(65537), new DataView(new ArrayBuffer(1)), [1]]
      return Promise.all(kinds.map((each) => caught(() => crypto.getRandomValues(each))))`
    expect(await guest.evaluate(code)).toEqual(['TypeMismatchError', 'QuotaExceededError', 'TypeMismatchError', 'TypeError'])
  })

  it('creates UUIDs of version 4 that differ between contexts', async () => {
    const code = `const all = Array.from({ length: 200 }, () => crypto.randomUUID()); return [all[0], new Set(all).size]`
    const [[first, size], [other]] = (await Promise.all([guest.evaluate(code), guest.evaluate(`${code} `)])) as [
      [string, number],
      [string],
    ]
    expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect(size).toBe(200)
    expect(other).not.toBe(first)
  })

  /** FIPS 180-4, "abc". */
  it.each([
    ['SHA-1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['SHA-384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'SHA-512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ])('digests with %s', async (name, expected) => {
    expect(
      await guest.evaluate(
        `return [hex(await crypto.subtle.digest('${name}', utf8('abc'))), hex(await crypto.subtle.digest({ name: '${name}' }, new DataView(utf8('xabcx').buffer, 1, 3)))]`,
      ),
    ).toEqual([expected, expected])
  })

  it('signs and verifies with HMAC (RFC 4231, case 2)', async () => {
    const code = `const key = await crypto.subtle.importKey('raw', utf8('Jefe'), { name: 'hmac', hash: 'sha-256' }, false, ['sign', 'verify']); const data = utf8('what do ya want for nothing?')
      const mac = await crypto.subtle.sign('HMAC', key, data); const wrong = new Uint8Array(mac).with(0, 0)
      return [hex(mac), await crypto.subtle.verify('HMAC', key, mac, data), await crypto.subtle.verify('HMAC', key, wrong, data), await crypto.subtle.verify('HMAC', key, mac.slice(1), data),
        key.type, key.extractable, key.algorithm, key.usages, await caught(() => crypto.subtle.exportKey('raw', key))]`
    expect(await guest.evaluate(code)).toEqual([
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      true,
      false,
      false,
      'secret',
      false,
      { name: 'HMAC', hash: { name: 'SHA-256' }, length: 32 },
      ['sign', 'verify'],
      'InvalidAccessError',
    ])
  })

  it('encrypts with AES-GCM (McGrew and Viega, test case 4)', async () => {
    const code = `const h = (text) => Uint8Array.fromHex(text); const key = await crypto.subtle.importKey('raw', h('feffe9928665731c6d6a8f9467308308'), 'AES-GCM', true, ['encrypt', 'decrypt'])
      const p = { name: 'AES-GCM', iv: h('cafebabefacedbaddecaf888'), additionalData: h('feedfacedeadbeeffeedfacedeadbeefabaddad2') }
      const plain = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'
      const sealed = await crypto.subtle.encrypt(p, key, h(plain)); const short = await crypto.subtle.encrypt({ ...p, tagLength: 96 }, key, h(plain))
      const decrypt = (q, data) => crypto.subtle.decrypt(q, key, data)
      return [hex(sealed), hex(short) === hex(sealed).slice(0, -8), hex(await decrypt(p, sealed)) === plain, hex(await decrypt({ ...p, tagLength: 96 }, short)) === plain,
        await caught(() => decrypt(p, new Uint8Array(sealed).with(0, 0))), await caught(() => decrypt({ ...p, additionalData: h('00') }, sealed)), await caught(() => decrypt(p, h('00'))),
        await caught(() => crypto.subtle.encrypt({ ...p, tagLength: 100 }, key, h('')))]`
    expect(await guest.evaluate(code)).toEqual([
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47',
      true,
      true,
      true,
      'OperationError',
      'OperationError',
      'OperationError',
      'OperationError',
    ])
  })

  it('generates and exports keys', async () => {
    const code = `const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['decrypt', 'encrypt', 'encrypt']); const hmac = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign'])
      return [(await crypto.subtle.exportKey('raw', aes)).byteLength, aes.algorithm, aes.usages, (await crypto.subtle.exportKey('raw', hmac)).byteLength, hmac.algorithm.length, String(aes), await caught(() => new CryptoKey())]`
    expect(await guest.evaluate(code)).toEqual([
      32,
      { name: 'AES-GCM', length: 256 },
      ['encrypt', 'decrypt'],
      128,
      1024,
      '[object CryptoKey]',
      'TypeError',
    ])
  })

  it('rejects unsupported algorithms and unsuitable keys', async () => {
    const code = `const { subtle } = crypto; const raw = new Uint8Array(16); const key = await subtle.importKey('raw', raw, 'AES-GCM', true, ['encrypt']); const p = { name: 'AES-GCM', iv: new Uint8Array(12) }
      return Promise.all([() => subtle.digest('MD5', raw), () => subtle.generateKey({ name: 'RSA-PSS' }, true, ['sign']), () => subtle.importKey('jwk', raw, 'AES-GCM', true, ['encrypt']),
        () => subtle.importKey('raw', raw, 'AES-GCM', true, ['sign']), () => subtle.importKey('raw', raw, 'AES-GCM', true, []), () => subtle.importKey('raw', new Uint8Array(5), 'AES-GCM', true, ['encrypt']),
        () => subtle.decrypt(p, key, raw), () => subtle.sign('HMAC', key, raw), () => subtle.digest('SHA-256', 'text'), () => subtle.generateKey({ name: 'AES-GCM', length: 100 }, true, ['encrypt'])].map(caught))`
    expect(await guest.evaluate(code)).toEqual([
      'NotSupportedError',
      'NotSupportedError',
      'NotSupportedError',
      'SyntaxError',
      'SyntaxError',
      'DataError',
      'InvalidAccessError',
      'InvalidAccessError',
      'TypeError',
      'OperationError',
    ])
  })
})
