import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newTestBundle } from '../testing/test-bundle.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

async function readLogs(code: string): Promise<readonly string[]> {
  const block = guest.start(newTestBundle({ write: `*run() { ${code} }` }), 'write')
  await block.value
  return block.logs
}

describe('console', () => {
  it('writes its arguments with a level', async () => {
    expect(
      await readLogs(`for (const level of ['debug', 'log', 'info', 'warn', 'error', 'trace']) console[level]('a', { b: 1 }, 2n)`),
    ).toEqual(['debug', 'log', 'info', 'warn', 'error', 'trace'].map((level) => `${level}: a {"b":1} 2`))
  })

  it('writes failed assertions', async () => {
    expect(await readLogs(`console.assert(1, 'no'); console.assert(0); console.assert(false, 'why', { a: 1 })`)).toEqual([
      'error: Assertion failed',
      'error: Assertion failed why {"a":1}',
    ])
  })

  it('counts by label', async () => {
    const code = `console.count(); console.count('a'); console.count(); console.countReset(); console.count(); console.count('a')`
    expect(await readLogs(code)).toEqual(
      ['default: 1', 'a: 1', 'default: 2', 'default: 1', 'a: 2'].map((line) => `info: ${line}`),
    )
  })

  it('writes objects, tables and group labels as lines', async () => {
    const code = `console.group('g', 1); console.dir({ a: 1 }, { depth: 2 }); console.dirxml([1], 'x'); console.groupEnd(); console.groupCollapsed('h'); console.table([{ b: 2 }], ['b']); console.group(); console.groupEnd()`
    expect(await readLogs(code)).toEqual(['g 1', '{"a":1}', '[1] x', 'h', '[{"b":2}]'].map((line) => `log: ${line}`))
  })

  it('measures time by label', async () => {
    const logs = await readLogs(
      `console.time(); console.time('a'); console.timeLog('a', 'so', 'far'); console.timeEnd('a'); console.timeEnd('a'); console.timeEnd()`,
    )
    expect(logs.map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual([
      'info: a: N ms so far',
      'info: a: N ms',
      'warn: no timer "a"',
      'info: default: N ms',
    ])
  })
})
