import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKeySet, type KeySet } from './key-set.ts'

let first: JWK
let second: JWK
beforeAll(async () => {
  first = await createKey('first')
  second = await createKey('second')
})

async function createKey(kid: string): Promise<JWK> {
  const { publicKey } = await generateKeyPair('ES256')
  return { ...(await exportJWK(publicKey)), kid }
}

let published: JSONWebKeySet | Error
let loads: number
let changes: (string | undefined)[]
let keySet: KeySet
beforeEach(() => {
  vi.useFakeTimers()
  published = { keys: [first] }
  loads = 0
  changes = []
})
afterEach(() => {
  keySet.close()
  vi.useRealTimers()
})

function create(): void {
  keySet = createKeySet({
    async load() {
      loads++
      if (published instanceof Error) throw published
      return structuredClone(published)
    },
    onChange: (failure) => void changes.push(failure),
  })
}

const find = (kid: string): Promise<unknown> =>
  keySet.find({ alg: 'ES256', kid }).then(
    () => 'found',
    (error: Error) => error.name,
  )
const SECOND = 1000

describe('the keys of an issuer', () => {
  it('are fetched at once, and then every five minutes', async () => {
    create()
    expect(await find('first')).toBe('found')
    expect(loads).toBe(1)
    await vi.advanceTimersByTimeAsync(299 * SECOND)
    expect(loads).toBe(1)
    await vi.advanceTimersByTimeAsync(1 * SECOND)
    expect(loads).toBe(2)
  })

  it('replace those that the issuer no longer publishes, within five minutes', async () => {
    create()
    await find('first')
    published = { keys: [second] }
    expect(await find('first')).toBe('found')
    await vi.advanceTimersByTimeAsync(300 * SECOND)
    expect(await find('first')).toBe('JWKSNoMatchingKey')
    expect(await find('second')).toBe('found')
  })

  it('have a generation that changes with them only', async () => {
    create()
    await find('first')
    expect(keySet.generation).toBe(1)
    await vi.advanceTimersByTimeAsync(300 * SECOND)
    expect(keySet.generation).toBe(1)
    published = { keys: [first, second] }
    await vi.advanceTimersByTimeAsync(300 * SECOND)
    expect(keySet.generation).toBe(2)
  })

  it('are fetched for an unknown key, at most every 30 seconds', async () => {
    create()
    await find('first')
    published = { keys: [second] }
    await vi.advanceTimersByTimeAsync(29 * SECOND)
    expect(await find('second')).toBe('JWKSNoMatchingKey')
    expect(loads).toBe(1)
    await vi.advanceTimersByTimeAsync(1 * SECOND)
    expect(await find('second')).toBe('found')
    expect(loads).toBe(2)
    for (let i = 0; i < 100; i++) expect(await find(`third ${i}`)).toBe('JWKSNoMatchingKey')
    expect(loads).toBe(2)
  })

  it('are fetched once for requests that arrive together', async () => {
    create()
    const found = await Promise.all(Array.from({ length: 50 }, () => find('first')))
    expect(new Set(found)).toEqual(new Set(['found']))
    await vi.advanceTimersByTimeAsync(30 * SECOND)
    await Promise.all(Array.from({ length: 50 }, (_, i) => find(`unknown ${i}`)))
    expect(loads).toBe(2)
  })

  it('are no longer fetched after the end', async () => {
    create()
    await find('first')
    keySet.close()
    await vi.advanceTimersByTimeAsync(3600 * SECOND)
    expect(loads).toBe(1)
  })
})

describe('an issuer that cannot be reached', () => {
  it('keeps its last keys for as long as that takes', async () => {
    create()
    await find('first')
    published = new Error('down')
    await vi.advanceTimersByTimeAsync(30 * 24 * 3600 * SECOND)
    expect(await find('first')).toBe('found')
    expect(keySet.failure).toBe('down')
    published = { keys: [first] }
    await vi.advanceTimersByTimeAsync(60 * SECOND)
    expect(keySet.failure).toBeUndefined()
    expect(changes).toEqual(['down', undefined])
  })

  it('is tried again after 1, 2, 4 and at most 60 seconds', async () => {
    published = new Error('down')
    create()
    const counts: number[] = []
    for (const seconds of [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]) {
      await vi.advanceTimersByTimeAsync(seconds * SECOND)
      counts.push(loads)
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('is unavailable before its first keys', async () => {
    published = new Error('down')
    create()
    expect(await find('first')).toBe('IssuerUnavailable')
    published = { keys: [first] }
    await vi.advanceTimersByTimeAsync(1 * SECOND)
    expect(await find('first')).toBe('found')
  })
})

it('reports a key that cannot be imported as a failure of the issuer', async () => {
  published = { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'first' }] }
  create()
  expect(await find('first')).toBe('IssuerUnavailable')
})
