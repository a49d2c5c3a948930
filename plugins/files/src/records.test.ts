import { expect, it } from 'vitest'
import { toRecords } from './records.ts'

type Format = Parameters<typeof toRecords>[1]['format']

async function write(items: unknown[], format: Format, columns: string[] = []): Promise<string> {
  const read = async function* (): AsyncGenerator<unknown> {
    yield* items
  }
  const records = toRecords(read, { format, columns })
  let text = ''
  for (let next = await records.next(); next.done !== true; next = await records.next()) text += next.value
  return text
}

it.each<[Format, unknown[], string]>([
  ['jsonl', ['a\nb', null, { x: [1] }], '"a\\nb"\nnull\n{"x":[1]}\n'],
  ['jsonl', [], ''],
  ['json', [1, 'a'], '[\n1,\n"a"\n]\n'],
  ['json', [], '[]\n'],
  ['lines', ['a', 1, { x: 1 }, null], 'a\n1\n{"x":1}\n\n'],
  [
    'csv',
    [
      { a: 'x,"y"', b: null },
      { b: 2, c: [1] },
    ],
    'a,b,c\n"x,""y""",,\n,2,[1]\n',
  ],
  ['csv', [{ a: ' x' }, { a: '' }], 'a\n" x"\n""\n'],
  ['csv', [], ''],
])('writes %s of %j', async (format, items, text) => {
  expect(await write(items, format)).toBe(text)
})

it('writes the given columns, also for an empty loop', async () => {
  expect(await write([{ a: 1, b: 2 }], 'csv', ['b', 'd'])).toBe('b,d\n2,\n')
  expect(await write([], 'csv', ['b', 'd'])).toBe('b,d\n')
})

it('rejects a row that is not a dictionary', async () => {
  await expect(write([{ a: 1 }, [2]], 'csv')).rejects.toThrow('item 2 must be a dictionary to be a row of a table, got [2]')
})
