import { expect, it } from 'vitest'
import { createFailureLimit, type FailureLimit } from './failure-limit.ts'

function create(): { limit: FailureLimit; wait(seconds: number): void; log: string[] } {
  let now = 5000
  const log: string[] = []
  const logger = { info: (line: string) => void log.push(line), error: () => undefined }
  return { limit: createFailureLimit('login attempts', logger, () => now), wait: (seconds) => (now += seconds * 1000), log }
}

function fail(limit: FailureLimit, address: string, times: number): void {
  for (let i = 0; i < times; i++) limit.recordFailure(address)
}

const LIMITED = expect.objectContaining({ code: 'RATE_LIMITED' }) as Error

it('rejects an address after 20 failures, until a minute after the first one', () => {
  const { limit, wait, log } = create()
  fail(limit, '1.2.3.4', 19)
  wait(20)
  limit.assertBelowLimit('1.2.3.4')
  fail(limit, '1.2.3.4', 1)
  expect(() => limit.assertBelowLimit('1.2.3.4')).toThrow(
    'too many failed login attempts from this address: try again in 40 seconds',
  )
  limit.assertBelowLimit('1.2.3.5')
  expect(log).toEqual(['1.2.3.4: 20 failed login attempts in a minute. Further attempts are rejected until the minute ends.'])
  wait(41)
  limit.assertBelowLimit('1.2.3.4')
})

it('counts the addresses of an IPv6 network together', () => {
  const { limit } = create()
  for (let i = 0; i < 20; i++) limit.recordFailure(`2001:db8::${i}`)
  expect(() => limit.assertBelowLimit('2001:db8::99')).toThrow(LIMITED)
})

it('forgets the address with the oldest window when there are too many addresses', () => {
  const { limit } = create()
  fail(limit, '1.2.3.4', 20)
  for (let i = 0; i < 10_000; i++) limit.recordFailure(`10.0.${i >> 8}.${i & 255}`)
  limit.assertBelowLimit('1.2.3.4')
  fail(limit, '10.0.39.0', 19)
  expect(() => limit.assertBelowLimit('10.0.39.0')).toThrow(LIMITED)
})
