import { expect, it } from 'vitest'
import { buildSchema } from './index.ts'

const dateTime = buildSchema().getType('DateTime') as unknown as { coerceInputValue(value: unknown): Date }

it.each([
  ['2026-11-21T09:30:00.000Z', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21T09:30:00.123456+02:00', '2026-11-21T07:30:00.123Z'],
  ['2026-11-21T09:30Z', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
])('DateTime accepts %s', (text, expected) => {
  expect(dateTime.coerceInputValue(text).toISOString()).toBe(expected)
})

// Postgres rejects years before 4713 BC and after 294276. V8 also parses text that is not ISO 8601, in local time.
it.each([
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '0000-12-31T00:00:00Z',
  '2026-11-21T09:30:00',
  '2026-13-01',
  '2026-02-30',
  '2026-04-31T10:00:00Z',
  '2026-11-21 (a comment)',
  'Nov 21, 2026',
  'infinity',
  '',
  '2026',
  2026,
  true,
  ['2026-11-21'],
])('DateTime rejects %j', (value) => {
  expect(() => dateTime.coerceInputValue(value)).toThrow('DateTime must be ISO 8601 text')
})

it('DateTime does not repeat long text in its error', () => {
  expect(() => dateTime.coerceInputValue('x'.repeat(1e6))).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/) as string }),
  )
})
