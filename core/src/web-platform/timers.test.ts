import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newTestBundle } from '../testing/test-bundle.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

const TOP = `const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); let fired = 0; const fire = () => void fired++`
const fill = `for (let i = 0; i < 6000; i++) AbortSignal.timeout(60_000); yield ['n', 1]`

describe('timers', () => {
  it.each([
    ['if their call is known', fill],
    ['after an await', `await null; ${fill}`],
  ])('of an ended call do not count, %s', async (_where, run) => {
    const bundle = newTestBundle({ fill: `async *run() { ${run} }` })
    for (let i = 0; i < 4; i++) expect(await guest.start(bundle, 'fill').value).toBe(1)
  })

  it.each([
    ['if their call is known', fill],
    ['after an await', `await null; ${fill}`],
  ])('of running calls are limited to 10 000 together, %s', async (_where, run) => {
    const bundle = newTestBundle({ fill: `async *run() { ${run}; await new Promise(() => {}) }` })
    const first = guest.start(bundle, 'fill')
    await expect(guest.start(bundle, 'fill').value).rejects.toThrow('more than 10000 active timers')
    first.abort()
  })

  it('end with their call', async () => {
    const bundle = newTestBundle(
      {
        leave: `*run() { setTimeout(fire, 10); setInterval(fire, 10); yield ['n', 1] }`,
        'leave-late': `async *run() { await null; setTimeout(fire, 10); setInterval(fire, 10); yield ['n', 1] }`,
        look: `async *run() { await pause(50); yield ['n', fired] }`,
      },
      TOP,
    )
    await guest.start(bundle, 'leave').value
    expect(await guest.start(bundle, 'look').value).toBe(0)
    await guest.start(bundle, 'leave-late').value
    expect(await guest.start(bundle, 'look').value).toBe(0)
  })

  it('end with an aborted call', async () => {
    const bundle = newTestBundle(
      {
        stay: `async *run() { setInterval(fire, 1); await new Promise(() => {}) }`,
        wait: `async *run() { while (fired === 0) await pause(1); yield ['n', 1] }`,
        look: `async *run() { const before = fired; await pause(50); yield ['n', fired - before] }`,
      },
      TOP,
    )
    const staying = guest.start(bundle, 'stay')
    await guest.start(bundle, 'wait').value
    staying.abort()
    expect(await guest.start(bundle, 'look').value).toBe(0)
  })

  it('that were set while the plugin loaded do not end', async () => {
    const bundle = newTestBundle(
      { wait: `async *run() { while (fired < 2) await pause(1); yield ['n', 1] }` },
      `${TOP}; setInterval(fire, 1)`,
    )
    expect(await guest.start(bundle, 'wait').value).toBe(1)
    expect(await guest.start(bundle, 'wait').value).toBe(1)
  })

  it('of a call fire while other calls end', async () => {
    const bundle = newTestBundle(
      { end: `*run() { yield ['n', 1] }`, wait: `async *run() { await null; await pause(20); yield ['n', 2] }` },
      TOP,
    )
    const waiting = guest.start(bundle, 'wait')
    for (let i = 0; i < 20; i++) await guest.start(bundle, 'end').value
    expect(await waiting.value).toBe(2)
  })
})
