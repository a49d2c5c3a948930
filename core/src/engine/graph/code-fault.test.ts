import { expect, it } from 'vitest'
import { javascriptFault } from './code-fault.ts'

it.each([
  ['', undefined],
  ['const a = await f()\nyield a\nreturn a // end', undefined],
  ['const a = 1\nreturn a +* 2', "line 2, column 11: SyntaxError: Unexpected token '*'"],
  ['if (a) {\n  return 1', 'line 2: SyntaxError: Unexpected end of the code'],
  ['with (a) {}', 'line 1, column 1: SyntaxError: Strict mode code may not include a with statement'],
  [`${'['.repeat(200_000)}`, 'RangeError: Maximum call stack size exceeded'],
])('%j', (code, fault) => {
  expect(javascriptFault(code)).toBe(fault)
})

it('does not run the code', () => {
  expect(javascriptFault('})(globalThis.hasRun = true, function () {')).toBeUndefined()
  expect(globalThis).not.toHaveProperty('hasRun')
})
