import { expect, it } from 'vitest'
import { toLoss } from './guest-reports.ts'

const TRACE = '----- Native stack trace -----\n 1: 0x840e50 [/ashlar/node]'

it.each([
  ['SIGABRT', '', { kind: 'memory' }],
  ['SIGTRAP', '', { kind: 'memory' }],
  ['SIGSEGV', TRACE, { kind: 'memory' }], // process 1 aborts
  ['SIGSEGV', '', { kind: 'crash' }],
  ['SIGSYS', '', { kind: 'crash' }],
  ['SIGKILL', '', { kind: 'exit', detail: 'SIGKILL' }],
  ['code 70', '', { kind: 'exit', detail: 'code 70' }],
  ['code 1', 'JavaScript heap out of memory', { kind: 'memory' }],
])('a process that ends by %s after it wrote %j is lost as %j', (how, stderr, loss) => {
  expect(toLoss(how, stderr)).toEqual(loss)
})
