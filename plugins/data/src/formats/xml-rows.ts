import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { rowBuilder, rows, type Row } from '../rows/index.ts'

export const xmlRows = defineBlock({
  id: '166d0855-629d-480d-8945-5d08c493794c',
  name: 'xml-rows',
  description: 'Make rows of the repeated elements in the result of parse-xml.',
  category: 'DATA',
  icon: 'table-2',
  synonyms: ['xml to table', 'xml to rows', 'xml to csv', 'flatten xml', 'extract elements', 'nested to rows', 'json to rows'],
  input: z.object({
    parsed_xml: z.unknown().meta({ title: 'Parsed XML', description: 'The result of parse-xml, or other nested data.' }),
    path: z
      .string()
      .default('')
      .meta({
        title: 'Path',
        description:
          'Names of the elements that lead to the repeated one, separated by dots. By default the longest list is used.',
        examples: ['feed.entry'],
      }),
    flatten: z
      .boolean()
      .default(true)
      .meta({ title: 'Flatten', description: 'Turn the members of nested elements into fields such as "author.name".' }),
  }),
  output: z.object({ rows, path: z.string().describe('The path that was used.') }),
  tests: [
    {
      input: {
        parsed_xml: {
          feed: {
            title: 'x',
            entry: [
              { '@id': '1', a: { n: 'Ada', m: 'x' } },
              { '@id': '2', tag: ['p', 'q'] },
            ],
          },
        },
      },
      output: [
        [
          'rows',
          [
            { '@id': '1', 'a.n': 'Ada', 'a.m': 'x' },
            { '@id': '2', tag: ['p', 'q'] },
          ],
        ],
        ['path', 'feed.entry'],
      ],
    },
    {
      name: 'one element is one row, and a text is a row with #text',
      input: { parsed_xml: { a: { b: 'x' } }, path: 'a.b' },
      output: [
        ['rows', [{ '#text': 'x' }]],
        ['path', 'a.b'],
      ],
    },
    {
      input: { parsed_xml: { a: { b: { c: { d: 1 } } } }, path: 'a.b', flatten: false },
      output: [
        ['rows', [{ c: { d: 1 } }]],
        ['path', 'a.b'],
      ],
    },
    { input: { parsed_xml: { a: { b: '' } }, path: 'a.c' }, output: [['error', 'parsed_xml has no element "a.c"; "a" has b']] },
    { input: { parsed_xml: { a: 'x' } }, output: [['error', 'parsed_xml has no repeated element; name one with the pin path']] },
  ],
  *run({ parsed_xml, path, flatten }) {
    const found =
      path === '' ? findLongest(parsed_xml, []) : { path: path.split('.'), items: follow(parsed_xml, path.split('.')) }
    if (!found) throw new Error('parsed_xml has no repeated element; name one with the pin path')
    yield ['rows', found.items.map((item) => toRow(item, flatten))]
    yield ['path', found.path.join('.')]
  },
})

interface Repeated {
  path: string[]
  items: unknown[]
}

function findLongest(value: unknown, path: string[]): Repeated | undefined {
  if (typeof value !== 'object' || value === null || path.length > 50) return undefined
  if (Array.isArray(value)) return { path, items: value }
  let longest: Repeated | undefined
  for (const [name, member] of Object.entries(value)) {
    const found = findLongest(member, [...path, name])
    if (found && found.items.length > (longest?.items.length ?? 0)) longest = found
  }
  return longest
}

function follow(value: unknown, path: readonly string[]): unknown[] {
  let at: unknown = value
  for (const [i, name] of path.entries()) {
    const members = typeof at === 'object' && at !== null ? (at as Record<string, unknown>) : {}
    if (!Object.hasOwn(members, name)) {
      const before = i === 0 ? 'it' : JSON.stringify(path.slice(0, i).join('.'))
      throw new Error(
        `parsed_xml has no element ${JSON.stringify(path.slice(0, i + 1).join('.'))}; ${before} has ${Object.keys(members).slice(0, 20).join(', ') || 'no elements'}`,
      )
    }
    at = members[name]
  }
  return Array.isArray(at) ? at : [at]
}

function toRow(item: unknown, flatten: boolean): Row {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return { '#text': item }
  const fields = flatten ? flattenMembers(item, '') : Object.entries(item)
  return rowBuilder(fields.map(([name]) => name))(fields.map(([, value]) => value))
}

function flattenMembers(value: object, prefix: string): [name: string, value: unknown][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]): [string, unknown][] => {
    const isNested = typeof member === 'object' && member !== null && !Array.isArray(member)
    return isNested ? flattenMembers(member, `${prefix}${name}.`) : [[`${prefix}${name}`, member]]
  })
}
