import { describe, expect, it } from 'vitest'
import { createRow, formatTable } from './format.ts'

describe('a row', () => {
  it('has the fields of the contract in order, with three decimals', () => {
    const row = createRow('chain-40', 'ms', {
      value: 12.34567,
      yardsticks: { dbos: 96, bare: 5.0004 },
      goal: { better: 'lower', must: 19.2, aim: 11.11111 },
    })
    expect(JSON.stringify(row)).toBe(
      '{"workload":"chain-40","value":12.346,"unit":"ms","yardsticks":{"dbos":96,"bare":5},"must":19.2,"aim":11.111,"ok":true}',
    )
  })

  it('is ok when the value reaches its goal in the better direction', () => {
    const isOk = (value: number, better: 'lower' | 'higher') =>
      createRow('any', 'ms', { value, goal: { better, must: 20, aim: 10 } }).ok
    expect([isOk(20, 'lower'), isOk(20.1, 'lower'), isOk(20, 'higher'), isOk(19.9, 'higher')]).toEqual([true, false, true, false])
  })

  it('is not ok when its additional condition is false', () => {
    const goal = { better: 'lower', must: 20, aim: null, also: false } as const
    expect(createRow('history', 'ms', { value: 1, goal }).ok).toBe(false)
  })

  it('has a null "ok" without a goal or a measured yardstick', () => {
    expect(createRow('breakdown', 'µs', { part: 'burst/journal', value: 1 })).toMatchObject({
      workload: 'breakdown/burst/journal',
      yardsticks: {},
      must: null,
      aim: null,
      ok: null,
    })
    expect(createRow('chain-40', 'ms', { value: 1, goal: { better: 'lower', must: null, aim: 2 } }).ok).toBeNull()
  })
})

it('the table has a line for each row and each further yardstick', () => {
  const rows = [
    createRow('burst', 'blocks/s', {
      value: 20_500,
      yardsticks: { 'pg-boss jobs/s': 25_000, 'isolated-vm calls/s': 91_000 },
      goal: { better: 'higher', must: 20_000, aim: 50_000 },
    }),
    createRow('fan-out', 'ms', { value: 61.25, goal: { better: 'lower', must: 60, aim: 30 } }),
  ]
  expect(formatTable(rows).split('\n')).toEqual([
    'workload   value  unit        must     aim  ok  yardsticks',
    'burst     20,500  blocks/s  20,000  50,000  ✓   pg-boss jobs/s 25,000',
    '                                                isolated-vm calls/s 91,000',
    'fan-out     61.3  ms            60      30  ✗',
  ])
})
