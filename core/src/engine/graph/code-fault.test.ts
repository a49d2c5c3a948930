import { expect, it } from 'vitest'
import { CodeBudget, javascriptFault } from './code-fault.ts'

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

it('compiles no code that takes long', () => {
  const nested = (scopes: number): string => `${'{let a;'.repeat(scopes)}${'b;'.repeat(10_000)}${'}'.repeat(scopes)}`
  expect([10, 1000].map((scopes) => new CodeBudget().take(nested(scopes)))).toEqual([true, false])
  expect(new CodeBudget().take(`${'a=>'.repeat(2000)}${'b+'.repeat(10_000)}1`)).toBe(false)
  expect(new CodeBudget().take('x'.repeat(1_000_000))).toBe(false)
})

it('compiles the code of many nodes', () => {
  const budget = new CodeBudget()
  const code = 'for (const row of rows) {\n  if (row.price > 10) yield { ...row, name: row.name.trim() }\n}'
  expect(Array.from({ length: 1000 }, () => budget.take(code))).not.toContain(false)
  expect(Array.from({ length: 1000 }, () => budget.take(code))).toContain(false)
})

it('does not run the code', () => {
  expect(javascriptFault('})(globalThis.hasRun = true, function () {')).toBeUndefined()
  expect(globalThis).not.toHaveProperty('hasRun')
})
