import { expect, it } from 'vitest'
import { formatOutputs } from './format-outputs.ts'

it('shows a value on one line', () => {
  expect(formatOutputs({ greeting: ['Hello Ada!'], total: [3.5], nothing: [null] }, 80)).toBe(
    '  greeting: Hello Ada!\n  total: 3.5\n  nothing: null\n',
  )
})

it('shows the first six lines of a text', () => {
  expect(formatOutputs({ note: ['# Title\n\nText\n'] }, 80)).toBe('  note:\n    # Title\n\n    Text\n')
  expect(formatOutputs({ note: ['1\n2\n3\n4\n5\n6\n7\n8'] }, 80)).toContain('    6\n    … and 2 more\n')
})

it('shows several values of an output in order', () => {
  expect(formatOutputs({ words: ['a', 'b'], none: [] }, 80)).toBe('  words: 2 values\n    a\n    b\n  none: 0 values\n')
})

it('shows rows as a table with numbers aligned to the right', () => {
  const rows = [
    { genre: 'Drama', films: 738 },
    { genre: 'Western', films: 35 },
  ]
  const table = '  rows:\n    genre    films\n    Drama      738\n    Western     35\n'
  expect(formatOutputs({ rows: [rows] }, 80)).toBe(table)
  expect(formatOutputs({ rows }, 80)).toBe(table)
})

it('shows the first six of many rows', () => {
  const rows = Array.from({ length: 9 }, (_, n) => ({ n }))
  expect(formatOutputs({ rows: [rows] }, 80)).toBe('  rows:\n    n\n    0\n    1\n    2\n    3\n    4\n    5\n    … and 3 more\n')
})

it('cuts lines to the width and removes control characters', () => {
  const text = formatOutputs({ '\x1b[31mname': ['line\nbreak \x1b]0;title\x07 \x9b2J', 'x'.repeat(200)] }, 40)
  expect(text.split('\n').every((line) => line.length <= 40)).toBe(true)
  expect(text).toBe(`  [31mname: 2 values\n    line break ]0;title 2J\n    ${'x'.repeat(35)}…\n`)
})
