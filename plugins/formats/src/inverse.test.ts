import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIcs, writeIcs } from './calendar/index.ts'
import { parseToml, parseYaml, writeToml, writeYaml } from './configuration/index.ts'
import { parseVcard, writeVcard } from './contacts/index.ts'

type AnyBlock =
  | typeof parseIcs
  | typeof writeIcs
  | typeof parseToml
  | typeof writeToml
  | typeof parseYaml
  | typeof writeYaml
  | typeof parseVcard
  | typeof writeVcard

async function runBlock(block: AnyBlock, input: unknown): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for await (const [pin, value] of block.run(block.input.parse(input) as never, undefined as never) as AsyncIterable<
    [string, unknown]
  >)
    all[pin] = value
  return all
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
  fc.constant(7615917337495251231n),
)
const key = text.filter((each) => each !== '__proto__')

const value = (withNull: boolean): fc.Arbitrary<unknown> =>
  fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      text,
      number,
      fc.boolean(),
      withNull ? fc.constant(null) : fc.constant(1),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).any

test('parse-yaml reads the data that write-yaml wrote', async () => {
  await fc.assert(
    fc.asyncProperty(value(true), async (data) => {
      const { text } = await runBlock(writeYaml, { data })
      expect((await runBlock(parseYaml, { text }))['data']).toEqual(data)
    }),
    { numRuns: 300 },
  )
})

test('parse-toml reads the dictionary that write-toml wrote', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, value(false), { maxKeys: 4, noNullPrototype: true }), async (data) => {
      const { text } = await runBlock(writeToml, { data })
      expect((await runBlock(parseToml, { text }))['data']).toEqual(data)
    }),
    { numRuns: 300 },
  )
})

/** Texts of the formats lose line breaks other than a line feed. */
const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 100 })
  .filter((each) => each.trim() === each && !/\r/.test(each))

test('parse-ics reads the events that write-ics wrote', async () => {
  const event = fc.record({
    uid: fc.uuid(),
    summary: line,
    description: line,
    start: fc
      .date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((each) => `${each.toISOString().slice(0, 19)}Z`),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 3 }), async (rows) => {
      const { text } = await runBlock(writeIcs, { rows, stamp: '2026-01-01' })
      const found = (await runBlock(parseIcs, { text }))['rows'] as typeof rows
      const sorted = rows.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))
      expect(found.map(({ uid, summary, description, start }) => ({ uid, summary, description, start }))).toEqual(sorted)
    }),
    { numRuns: 200 },
  )
})

test('parse-vcard reads the contacts that write-vcard wrote', async () => {
  const contact = fc.record({
    name: line,
    first_name: line,
    last_name: line,
    note: line,
    emails: fc.array(fc.constant('a@example.com'), { maxLength: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(contact, { minLength: 1, maxLength: 3 }), async (rows) => {
      const { text } = await runBlock(writeVcard, { rows })
      const found = (await runBlock(parseVcard, { text }))['rows'] as typeof rows
      expect(
        found.map(({ name, first_name, last_name, note, emails }) => ({ name, first_name, last_name, note, emails })),
      ).toEqual(rows)
    }),
    { numRuns: 200 },
  )
})
