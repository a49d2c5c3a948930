import type { Caller, Runtime } from '@ashlar/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { onCallerEnd } from './caller-end.ts'

const DAY_MS = 24 * 3600 * 1000
const noSessions = {} as Runtime['browserSessions']
const callerUntil = (ms: number): Caller => ({ roles: new Map(), expiresAt: new Date(Date.now() + ms) }) as unknown as Caller

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it.each([1, 3600_000, 24 * DAY_MS, 25 * DAY_MS, 400 * DAY_MS])('ends after %d ms, not earlier', (ms) => {
  const ended = vi.fn<() => void>()
  onCallerEnd(callerUntil(ms), noSessions, ended)
  vi.advanceTimersByTime(ms - 1)
  expect(ended).not.toHaveBeenCalled()
  vi.advanceTimersByTime(2)
  expect(ended).toHaveBeenCalledTimes(1)
})

it('does not end after it is cancelled', () => {
  const ended = vi.fn<() => void>()
  onCallerEnd(callerUntil(400 * DAY_MS), noSessions, ended)()
  vi.advanceTimersByTime(500 * DAY_MS)
  expect(ended).not.toHaveBeenCalled()
})

it('never ends for a caller without an end', () => {
  const ended = vi.fn<() => void>()
  onCallerEnd({ roles: new Map() } as unknown as Caller, noSessions, ended)
  vi.advanceTimersByTime(500 * DAY_MS)
  expect(ended).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
