import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slice, trim, wrap } from './change/index.ts'
import { formatNumber, parseNumberBlock } from './numbers/index.ts'
import { chunk, splitLines } from './parts/index.ts'
import { extractContacts, redact, splitPattern } from './patterns/index.ts'

test('parsing a formatted number returns the number', () => {
  const languages = [
    ['en', '.'],
    ['de', ','],
    ['fr', ','],
    ['de-CH', '.'],
    ['en-IN', '.'],
  ] as const
  fc.assert(
    fc.property(
      fc.integer({ min: -1e12, max: 1e12 }),
      fc.constantFrom(...languages),
      fc.constantFrom('number', 'currency'),
      (value, [language, decimal], style) => {
        const number = value / 100
        const { text } = run(formatNumber, { number, language, style, currency: 'USD' })
        expect(run(parseNumberBlock, { text, decimal }).number, String(text)).toBe(number)
      },
    ),
    { numRuns: 500 },
  )
})

test('chunks fit, and contain all words in order', () => {
  const words = fc.array(fc.constantFrom('a', 'Word.', 'longer', 'end.\n\n', 'x\n', 'incomprehensible', '今日は。'), {
    maxLength: 60,
  })
  const keep = fc.constantFrom('paragraphs', 'sentences', 'words', 'nothing')
  fc.assert(
    fc.property(words, keep, fc.integer({ min: 1, max: 40 }), (parts, kept, size) => {
      const text = parts.join(' ')
      const list = run(chunk, { text, size, overlap: 0, keep: kept }).list as string[]
      expect(list.every((each) => Array.from(each).length <= size)).toBe(true)
      expect(list.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    }),
    { numRuns: 300 },
  )
})

test('chunks overlap by at most the given size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 30 }), fc.integer({ min: 1, max: 10 }), (size, overlap) => {
      fc.pre(overlap * 2 < size)
      const text = Array.from({ length: 60 }, (_, i) => `w${i}`).join(' ')
      const list = run(chunk, { text, size, overlap, unit: 'words', keep: 'words' }).list as string[]
      for (const [i, each] of list.slice(1).entries())
        expect(list[i]?.split(' ').slice(-overlap)).toEqual(each.split(' ').slice(0, overlap))
    }),
  )
})

test('a part of a text from 0 to n and from n on are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, at) => {
      const [start, end] = [run(slice, { text, end: at }).text, run(slice, { text, start: at }).text]
      expect(`${String(start)}${String(end)}`).toBe(text)
    }),
    { numRuns: 50 },
  )
})

test('trims like trim() of JavaScript', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '\n', 'a', '\u00a0', '😀') }), (text) => {
      expect(run(trim, { text }).text).toBe(text.trim())
    }),
  )
})

test('wrapped lines contain the same words', () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      const lines = String(run(wrap, { text, width }).text).split('\n')
      expect(lines.join(' ')).toBe(text)
      expect(lines.every((line) => line.length <= width || !line.includes(' '))).toBe(true)
    }),
  )
})

test('splits at a pattern like split() of JavaScript', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', ',', '1') }),
      fc.constantFrom(',', ',+', '\\d', 'a|b'),
      (text, pattern) => {
        expect(run(splitPattern, { text, pattern, trim: false, skip_empty: false }).list).toEqual(
          text.split(new RegExp(pattern, 'u')),
        )
      },
    ),
  )
})

test('finds addresses in long texts of one kind without backtracking', () => {
  // A pattern that backtracks would exceed the time limit of the test.
  for (const unit of ['a', '1', 'a.', '@', 'a@', '1-', '+1 ', 'www.', '#', '1,', 'DE12 '])
    expect(run(extractContacts, { text: unit.repeat(100_000 / unit.length) })).toHaveProperty('emails')
  expect(run(redact, { text: '1234 '.repeat(20_000) }).count).toBeTypeOf('number')
})

test('the lines of joined lines are the lines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z ]{1,5}$/), { minLength: 1 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      (lines, end) => {
        expect(run(splitLines, { text: lines.join(end), skip_empty: false }).list).toEqual(lines)
      },
    ),
  )
})

interface AnyBlock {
  readonly input: { parse(input: unknown): unknown }
  run(input: never, context: never): unknown
}

function run(block: AnyBlock, input: unknown): Record<string, unknown> {
  return Object.fromEntries(block.run(block.input.parse(input) as never, undefined as never) as Iterable<[string, unknown]>)
}
