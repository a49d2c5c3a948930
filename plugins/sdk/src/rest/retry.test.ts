import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { retryAfterMs, withRetries, type RetryPolicy } from './retry.ts'
import { settle } from './testing.ts'

const POLICY: RetryPolicy = { attempts: 4, backoffMs: 1000, maxWaitMs: 3000, isTransient: (answer) => answer?.status === 503 }

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

/** @returns the waits between attempts, in milliseconds */
async function measureWaits(policy: RetryPolicy, random: number, headers: Record<string, string> = {}): Promise<number[]> {
  const times: number[] = []
  const send = async (): Promise<{ status: number; headers: Headers }> => {
    times.push(Date.now())
    return { status: 503, headers: new Headers(headers) }
  }
  await settle(withRetries(send, policy, { signal: new AbortController().signal, log: () => {}, random: () => random }))
  return times.slice(1).map((time, i) => time - (times[i] ?? 0))
}

describe('the wait between attempts', () => {
  it('doubles up to the maximum, minus a random part of up to a half', async () => {
    expect(await measureWaits(POLICY, 0)).toEqual([1000, 2000, 3000])
    expect(await measureWaits(POLICY, 1)).toEqual([500, 1000, 1500])
  })

  it('follows Retry-After', async () => {
    expect(await measureWaits(POLICY, 0, { 'retry-after': '2' })).toEqual([2000, 2000, 2000])
  })

  it('ends when the call is aborted', async () => {
    const abort = new AbortController()
    const send = async (): Promise<{ status: number; headers: Headers }> => ({ status: 503, headers: new Headers() })
    const done = withRetries(send, POLICY, { signal: abort.signal, log: () => {} })
    const failed = done.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(100)
    abort.abort(new Error('stopped'))
    expect(await failed).toEqual(new Error('stopped'))
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', {}, 120_000],
    ['Wed, 21 Oct 2026 07:28:30 GMT', { date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 30_000],
    ['Wed, 21 Oct 2026 07:28:30 GMT', {}, 90_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', {}, 0],
    ['soon', {}, undefined],
    ['', {}, undefined],
  ])('%j with %j is %s ms', (value, headers, ms) => {
    vi.setSystemTime('2026-10-21T07:27:00Z')
    expect(retryAfterMs(new Headers({ ...headers, 'retry-after': value }))).toBe(ms)
  })
})
