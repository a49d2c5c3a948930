import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleOf } from '../testing/test-bundle.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

let guest: GuestEvaluator
beforeAll(async () => {
  guest = await createGuestEvaluator()
})
afterAll(() => guest.close())

async function logsOf(code: string): Promise<readonly string[]> {
  const block = guest.start(bundleOf({ write: `*run() { ${code} }` }), 'write')
  await block.value
  return block.logs
}

describe('console', () => {
  it('writes what it is given, in its level', async () => {
    expect(
      await logsOf(`for (const level of ['debug', 'log', 'info', 'warn', 'error', 'trace']) console[level]('a', { b: 1 }, 2n)`),
    ).toEqual(['debug', 'log', 'info', 'warn', 'error', 'trace'].map((level) => `${level}: a {"b":1} 2`))
  })

  it('tells of what does not hold', async () => {
    expect(await logsOf(`console.assert(1, 'no'); console.assert(0); console.assert(false, 'why', { a: 1 })`)).toEqual([
      'error: Assertion failed',
      'error: Assertion failed why {"a":1}',
    ])
  })

  it('counts by label', async () => {
    const code = `console.count(); console.count('a'); console.count(); console.countReset(); console.count(); console.count('a')`
    expect(await logsOf(code)).toEqual(['default: 1', 'a: 1', 'default: 2', 'default: 1', 'a: 2'].map((line) => `info: ${line}`))
  })

  it('writes objects, tables and the labels of groups as lines', async () => {
    const code = `console.group('g', 1); console.dir({ a: 1 }, { depth: 2 }); console.dirxml([1], 'x'); console.groupEnd(); console.groupCollapsed('h'); console.table([{ b: 2 }], ['b']); console.group(); console.groupEnd()`
    expect(await logsOf(code)).toEqual(['g 1', '{"a":1}', '[1] x', 'h', '[{"b":2}]'].map((line) => `log: ${line}`))
  })

  it('measures by label', async () => {
    const logs = await logsOf(
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
